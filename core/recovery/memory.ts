/** How much more memory a process gets that Kubernetes killed for using more than it had. */
import type { FlinkJob, Resources } from '../schema/flink-job.ts';
import { parseMemoryBytes } from '../spec/quantity.ts';

/** The processes whose memory a spec says. */
export type SizedProcess = 'jobManager' | 'taskManager';

export interface MemoryRaise {
  readonly process: SizedProcess;
  /** As the spec says it. */
  readonly from: string;
  /** In whole Mi. */
  readonly to: string;
}

/** Each raise is this many times the memory before: three of them more than triple it. */
const factor = 1.5;

const mebibyte = 2 ** 20;

/** The next size, at most `spec.recovery.memory.max`; undefined where the spec allows no more. */
export function memoryRaise({ spec }: FlinkJob, process: SizedProcess): MemoryRaise | undefined {
  const { max } = spec.recovery.memory;
  const from = memoryOf(spec[process].resources);
  if (max === undefined || from === undefined) return undefined;
  const bytes = Math.min(parseMemoryBytes(from) * factor, parseMemoryBytes(max));
  const to = Math.floor(bytes / mebibyte);
  return to * mebibyte > parseMemoryBytes(from) ? { process, from, to: `${to}Mi` } : undefined;
}

/** The same job with that memory. A request below the limit stays what it is. */
export function withMemory(job: FlinkJob, { process, from, to }: MemoryRaise): FlinkJob {
  const { requests, limits } = job.spec[process].resources;
  const asksForAll = requests?.memory !== undefined && parseMemoryBytes(requests.memory) === parseMemoryBytes(from);
  const resources: Resources = {
    ...(requests && { requests: asksForAll ? { ...requests, memory: to } : requests }),
    ...(limits && { limits: limits.memory === undefined ? limits : { ...limits, memory: to } }),
  };
  return { ...job, spec: { ...job.spec, [process]: { ...job.spec[process], resources } } };
}

/** The size of the process: its limit, else what it requests. */
export function memoryOf({ limits, requests }: Resources): string | undefined {
  return limits?.memory ?? requests?.memory;
}
