/** What is said of jobs that were broken and came back. */
import { columns, percentile } from './sums.ts';

export interface RecoverySample {
  /** From the break until all tasks ran again, by Flink's own clock, in milliseconds. */
  readonly runningMs: number;
  /** From the break until the job's workflow was told; absent where nobody tells, or nothing had to be told. */
  readonly firstSignalMs?: number;
}

export interface RecoverySamples {
  /** What was done to the job. */
  readonly broken: string;
  readonly drey: readonly RecoverySample[];
  readonly floor: readonly RecoverySample[];
}

export interface RecoveryMedians {
  readonly broken: string;
  readonly runs: number;
  /** NaN where no run had one. */
  readonly firstSignalMs: number;
  readonly runningMs: number;
  readonly floorMs: number;
  readonly aboveFloorMs: number;
}

export function recoveryMedians({ broken, drey, floor }: RecoverySamples): RecoveryMedians {
  const runningMs = middle(drey.map((one) => one.runningMs));
  const floorMs = middle(floor.map((one) => one.runningMs));
  const firstSignalMs = middle(drey.flatMap((one) => one.firstSignalMs ?? []));
  return { broken, runs: drey.length, firstSignalMs, runningMs, floorMs, aboveFloorMs: runningMs - floorMs };
}

export function recoveryText(medians: readonly RecoveryMedians[]): string {
  const head = ['medians, in s', 'runs', 'first signal', 'all tasks run', 'the floor', 'above it'];
  const rows = medians.map(({ broken, runs, firstSignalMs, runningMs, floorMs, aboveFloorMs }) => {
    return [broken, runs, ...[firstSignalMs, runningMs, floorMs, aboveFloorMs].map(secondsOf)];
  });
  return columns([head, ...rows]);
}

function middle(numbers: readonly number[]): number {
  return percentile(numbers, 50);
}

function secondsOf(ms: number): string {
  return Number.isNaN(ms) ? '-' : (ms / 1000).toFixed(2);
}
