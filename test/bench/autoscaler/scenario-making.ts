/** What most scenarios have in common, so that each says only what it is about. */
import { idealParallelism } from './ideal.ts';
import type { JobModel } from './job-model.ts';
import type { Scenario } from './scenario.ts';
import type { Trace } from './traces.ts';

type Said = Pick<Scenario, 'about' | 'job' | 'loads'> & Partial<Scenario>;

/** A scenario with the usual chance, that begins with what its first load needs, times `startFactor`. */
export function scenario(name: string, seed: number, said: Said & { readonly startFactor?: number }): Scenario {
  const { startFactor = 1, ...rest } = said;
  const start = startOf(said.job, said.loads, startFactor);
  return { name, seed, hours: 12, noise: { deviation: 0.05, memorySeconds: 300 }, start, changes: [], ...rest };
}

function startOf(job: JobModel, loads: readonly Trace[], factor: number): number[] {
  const ideal = idealParallelism(
    job,
    loads.map((load) => load(0)),
    job.vertices.map(() => 1),
  );
  return ideal.map((each) => Math.max(1, Math.round(each * factor)));
}
