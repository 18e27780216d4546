/** What the jobs of a tenant, and those on a cluster, take of its quota, and what that leaves one of them. */
import type { Reason } from '../autoscaler/decision.ts';
import type { AutoscalerQuota } from '../autoscaler/policy.ts';
import { taskManagerResources } from '../autoscaler-agent/task-manager-resources.ts';
import type { JobPhase } from '../job.ts';
import type { JobSpec } from '../schema/flink-job.ts';
import { slotsNeeded, taskManagerReplicas } from '../spec/task-managers.ts';

/** What TaskManagers take. */
export interface Room {
  readonly slots: number;
  readonly cpuCores: number;
  readonly memoryBytes: number;
}

/** What they may take at most; absent: as much as there is. */
export type QuotaLimits = Partial<Room>;

/** The quota of a tenant or of a cluster, and what is taken of it. */
export interface SharedQuota {
  readonly of: 'tenant' | 'cluster';
  readonly name: string;
  readonly limits: QuotaLimits;
  readonly taken: Room;
}

export const noRoom: Room = { slots: 0, cpuCores: 0, memoryBytes: 0 };

/** Phases in which a job has no TaskManagers, or soon none. */
export const roomlessPhases: readonly JobPhase[] = ['SUSPENDED', 'CANCELED', 'FINISHED', 'FAILED', 'REMOVED'];

/** What a spec asks for. The JobManager does not count. */
export function roomOf(spec: Pick<JobSpec, 'job' | 'taskManager' | 'flink'>): Room {
  const count = taskManagerReplicas(spec);
  const { cpuCores = 0, memoryBytes = 0 } = taskManagerResources(spec);
  return { slots: slotsNeeded(spec.job), cpuCores: count * cpuCores, memoryBytes: count * memoryBytes };
}

/** All of it together. */
export function roomTogether(rooms: readonly Room[]): Room {
  return rooms.reduce((sum, one) => ofEach((what) => sum[what] + one[what]), noRoom);
}

/** Of each the larger one. */
export function largerRoom(one: Room, other: Room): Room {
  return ofEach((what) => Math.max(one[what], other[what]));
}

/** What the quota leaves a job that has `own` of what is taken. */
export function roomLeft({ of, name, limits, taken }: SharedQuota, own: Room): AutoscalerQuota {
  const left = kinds.flatMap((what) => {
    const limit = limits[what];
    return limit === undefined ? [] : [[what, Math.max(0, limit - Math.max(0, taken[what] - own[what]))] as const];
  });
  return { of, name, ...Object.fromEntries(left) };
}

/**
 * Why a job may not have what it wants: only of what it would take more than before.
 * @param quota what others have taken of it
 */
export function whyNoRoom({ of, name, limits, taken }: SharedQuota, wanted: Room, before: Room): Reason | undefined {
  const what = kinds.find(
    (one) => wanted[one] > before[one] && taken[one] + wanted[one] > (limits[one] ?? Infinity) + rounding,
  );
  if (what === undefined) return undefined;
  const left = Math.max(0, (limits[what] ?? 0) - taken[what]);
  const text = `The quota of ${of} ${name} leaves the job ${rounded(left)} ${words[what]}; ${rounded(wanted[what])} are wanted.`;
  return { code: 'QUOTA_REACHED', text };
}

const kinds = ['slots', 'cpuCores', 'memoryBytes'] as const;
const words = { slots: 'slots', cpuCores: 'cores', memoryBytes: 'bytes of memory' } as const;

/** Cores are fractions: three times 0.1 is more than 0.3. */
const rounding = 1e-9;

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function ofEach(value: (what: keyof Room) => number): Room {
  return { slots: value('slots'), cpuCores: value('cpuCores'), memoryBytes: value('memoryBytes') };
}
