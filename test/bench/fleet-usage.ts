/** What Drey's processes, and Temporal, use more of because a fleet is there. */
import { pause } from '../../deploy/dev/process.ts';
import { measuredProcesses, type MeasuredProcess } from './process-usage.ts';
import type { StackParts } from './stack-parts.ts';

/** Of one process, over a window. */
export interface Use {
  /** At its end. */
  readonly residentBytes: number;
  /** 1 is a whole processor. */
  readonly processors: number;
}

export type Uses = Readonly<Record<MeasuredProcess, Use>>;

/** Measures for so long from now on. */
export async function measureUse(parts: StackParts, durationMs: number): Promise<Uses> {
  const before = parts.usage();
  const beganAt = performance.now();
  await pause(durationMs);
  const tookMs = performance.now() - beganAt;
  const after = parts.usage();
  return ofEach((name) => ({
    residentBytes: after[name].residentBytes,
    processors: (after[name].cpuMs - before[name].cpuMs) / tookMs,
  }));
}

/** How much more each uses for a thousand jobs. */
export function perThousand(without: Uses, withFleet: Uses, jobs: number): Uses {
  const share = 1_000 / jobs;
  return ofEach((name) => ({
    residentBytes: (withFleet[name].residentBytes - without[name].residentBytes) * share,
    processors: (withFleet[name].processors - without[name].processors) * share,
  }));
}

function ofEach(use: (name: MeasuredProcess) => Use): Uses {
  return Object.fromEntries(measuredProcesses.map((name) => [name, use(name)])) as Record<MeasuredProcess, Use>;
}
