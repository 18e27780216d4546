/** One story of a job under load: the job, what comes, what goes wrong. Everything in it comes from its seed. */
import type { JobModel } from './job-model.ts';
import type { Trace } from './traces.ts';

export interface Scenario {
  readonly name: string;
  /** What it is about, in one sentence. */
  readonly about: string;
  readonly seed: number;
  readonly hours: number;
  readonly job: JobModel;
  /** For each source, in the job's order. */
  readonly loads: readonly Trace[];
  /** How much the load wanders around its trace: the standard deviation of a factor, and how long it lasts. */
  readonly noise: { readonly deviation: number; readonly memorySeconds: number };
  /** How much dearer a record is than the model says, for some vertices, as time goes by. */
  readonly costs?: Readonly<Record<string, Trace>>;
  /** How much more than the model says is alive on the heaps, as time goes by. */
  readonly alive?: Trace;
  /** The parallelism to begin with, in the job's order. */
  readonly start: readonly number[];
  /** Hours at which the load or the cost jumps, the beginning (0) included; none where it moves all the time. */
  readonly changes: readonly number[];
  /** The load is the same all the time: once settled, nothing may be done. */
  readonly steady?: boolean;
  /** Hours at which a TaskManager is lost: the job restarts from its last checkpoint. */
  readonly failures?: readonly number[];
  /** Hours at which another program takes the job's place, as an upgrade does: it stops as for a rescale. */
  readonly upgrades?: readonly number[];
  /** The job is down for so many minutes, from an hour on: its state cannot be read, its cluster is repaired. */
  readonly outages?: readonly (readonly [hour: number, minutes: number])[];
  /** Some subtasks' metrics are missing for so many minutes, from an hour on. */
  readonly missingMetrics?: readonly (readonly [hour: number, minutes: number])[];
  /** Hours' worth of records that wait at the beginning. */
  readonly backlogHours?: number;
  /** Bounds that a user sets for every vertex. */
  readonly bounds?: { readonly min?: number; readonly max?: number };
  /** Bytes that the user lets a TaskManager be given. */
  readonly mostMemory?: number;
  /** The job is late when its oldest record has waited for longer: 120 s unless given. */
  readonly lateSeconds?: number;
}

export const lateSecondsOf = (scenario: Scenario): number => scenario.lateSeconds ?? 120;
