/** A scaling made small enough for what the quotas of its tenant and its cluster leave the job. */
import type { Limit, Reason } from './decision.ts';
import type { Parallelism } from './drey-verdict.ts';
import type { AutoscalerQuota } from './policy.ts';
import { slotsOf } from './quota.ts';
import type { AutoscaledJob, JobVertex } from './samples.ts';

export interface CutScaling {
  /** What is left of the changes; nothing where no vertex could grow any more. */
  readonly changes: Parallelism;
  /** Which quota it was. */
  readonly reason: Reason;
  /** Of each vertex that gets less than was wanted. */
  readonly limits: Readonly<Record<string, Limit>>;
}

/**
 * The changes, cut to the tightest of those quotas; undefined where they fit, or take no more slots than the job has. CPU and memory count as
 * whole TaskManagers. The job's own quota is another matter: it holds a scaling as a whole.
 */
export function cutToQuotas(
  job: AutoscaledJob,
  changes: Parallelism,
  quotas: readonly AutoscalerQuota[],
): CutScaling | undefined {
  const shared = quotas
    .filter(({ of = 'job' }) => of !== 'job')
    .map((quota) => ({ quota, slots: slotsIn(quota, job) }));
  const tightest = shared.toSorted((one, other) => one.slots - other.slots)[0];
  const wanted = slotsOf(job.vertices, changes);
  const has = slotsOf(job.vertices, {});
  if (!tightest || wanted <= Math.max(has, tightest.slots)) return undefined;
  const fitting = fitted(job.vertices, changes, Math.max(has, tightest.slots));
  const grows = job.vertices.some(({ id, parallelism }) => (fitting[id] ?? parallelism) > parallelism);
  const reason = leaves(tightest.quota, tightest.slots, wanted);
  const less = job.vertices.filter(({ id }) => fitting[id] !== changes[id]);
  const limits = less.map(({ id, parallelism }) => {
    const [before, after] = [changes[id] ?? parallelism, grows ? (fitting[id] ?? parallelism) : parallelism];
    return [id, { ...reason, before, after }] as const;
  });
  return { changes: grows ? fitting : {}, reason, limits: Object.fromEntries(limits) };
}

/** How many slots the quota has room for. */
function slotsIn(
  { slots = Infinity, cpuCores = Infinity, memoryBytes = Infinity }: AutoscalerQuota,
  job: AutoscaledJob,
) {
  const { slots: each = 1, cpuCores: cores = 0, memoryBytes: bytes = 0 } = job.taskManagers ?? {};
  const byCores = cores > 0 ? Math.floor(cpuCores / cores + rounding) * each : Infinity;
  const byBytes = bytes > 0 ? Math.floor(memoryBytes / bytes + rounding) * each : Infinity;
  return Math.min(slots, byCores, byBytes);
}

/** Cores are fractions: three times 0.1 is more than 0.3. */
const rounding = 1e-9;

/** The slot sharing group that would grow most gives way first; none becomes smaller than it is. */
function fitted(vertices: readonly JobVertex[], changes: Parallelism, slotsMax: number): Parallelism {
  let targets = changes;
  for (let over = slotsOf(vertices, targets) - slotsMax; over > 0; over = slotsOf(vertices, targets) - slotsMax) {
    const group = groupsOf(vertices)
      .map((of) => ({ of, wants: slotsOf(of, targets), grows: slotsOf(of, targets) - slotsOf(of, {}) }))
      .reduce((most, one) => (one.grows > most.grows ? one : most));
    const isOnly = group.grows >= slotsOf(vertices, targets) - slotsOf(vertices, {});
    targets = capped(group.of, targets, group.wants - (isOnly ? over : 1));
  }
  const left = vertices.filter(({ id, parallelism }) => (targets[id] ?? parallelism) !== parallelism);
  return Object.fromEntries(left.map(({ id, parallelism }) => [id, targets[id] ?? parallelism]));
}

function capped(group: readonly JobVertex[], targets: Parallelism, most: number): Parallelism {
  const above = group.filter(({ id }) => (targets[id] ?? 0) > most);
  return { ...targets, ...Object.fromEntries(above.map(({ id }) => [id, most])) };
}

function groupsOf(vertices: readonly JobVertex[]): readonly (readonly JobVertex[])[] {
  const names = new Set(vertices.map(groupOf));
  return [...names].map((name) => vertices.filter((vertex) => groupOf(vertex) === name));
}

function groupOf({ slotSharingGroup = 'default' }: JobVertex): string {
  return slotSharingGroup;
}

function leaves({ of = 'job', name }: AutoscalerQuota, slots: number, wanted: number): Reason {
  const whose = name === undefined ? `the ${of}` : `${of} ${name}`;
  const left = Math.max(0, slots);
  return { code: 'QUOTA_REACHED', text: `The quota of ${whose} leaves the job ${left} slots; ${wanted} are wanted.` };
}
