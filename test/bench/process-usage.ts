/** What a process uses of memory and CPU, as Linux tells it. */
import { readFileSync } from 'node:fs';

/** Those that a fleet makes work. */
export const measuredProcesses = ['agent', 'worker', 'api', 'temporal'] as const;
export type MeasuredProcess = (typeof measuredProcesses)[number];

/** At one moment. */
export interface ProcessUsage {
  readonly residentBytes: number;
  /** Since the process started. */
  readonly cpuMs: number;
}

/** The unit of times in `/proc/<pid>/stat`: the kernel shows hundredths of a second to all. */
const msPerTick = 10;

/** @throws where there is no such process, or no `/proc`. */
export function usageOf(pid: number): ProcessUsage {
  const read = (file: string) => readFileSync(`/proc/${pid}/${file}`, 'utf8');
  return { residentBytes: residentBytesIn(read('status')), cpuMs: cpuMsIn(read('stat')) };
}

/** From the text of `/proc/<pid>/status`. */
export function residentBytesIn(status: string): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

/** From the text of `/proc/<pid>/stat`: in user mode and in the kernel, of all its threads. */
export function cpuMsIn(stat: string): number {
  // The command's name in parentheses may hold spaces: fields are counted after its last parenthesis.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * msPerTick;
}
