/** What a soak asks of its jobs, as people do. */
import type { Change } from '../../clients/drey/shapes.ts';
import type { FlinkJobInput } from '../../core/schema/flink-job.ts';
import { oneOf } from './draw-strikes.ts';
import { tenant } from './e2e-job.ts';
import { drey } from './running-stack.ts';

/** Undefined where there is nothing of the kind to do now. */
type Verb = (name: string, random: () => number) => Promise<Change | undefined>;

const refOf = (name: string) => ({ tenant, name });

/** Upgrades to a spec that says how; its parallelism stays as it is. */
async function upgraded(
  name: string,
  random: () => number,
  upgrade: NonNullable<FlinkJobInput['spec']['upgrade']>,
): Promise<Change> {
  const restartNonce = Math.floor(random() * 1_000_000_000);
  const { spec } = await drey().getJob(refOf(name));
  const changed = { state: 'running', restartNonce, upgrade: { ...spec.spec.upgrade, ...upgrade } };
  return drey().applyJob(refOf(name), { ...spec, spec: { ...spec.spec, ...changed } });
}

/** Any one that is there; what the job may need is refused. */
async function disposed(name: string, random: () => number): Promise<Change | undefined> {
  const chance = random();
  const { items } = await drey().listSavepoints(refOf(name));
  const there = items.filter(({ state, pinned }) => state === 'completed' && !pinned);
  if (there.length === 0) return undefined;
  const { number } = oneOf(there, () => chance);
  return drey().disposeSavepoint(refOf(name), number);
}

/** What stops a job is followed by a resume: a soak goes on with a job that runs. */
export const soakVerbs: Readonly<Record<string, Verb>> = {
  restart: (name) => drey().restartJob(refOf(name)),
  'restart, last-state': (name) => drey().restartJob(refOf(name), { mode: 'last-state' }),
  'upgrade, warm': (name, random) => upgraded(name, random, { strategy: 'warm', mode: 'savepoint' }),
  'upgrade, recreate': (name, random) => upgraded(name, random, { strategy: 'recreate', mode: 'savepoint' }),
  'upgrade, recreate, last-state': (name, random) =>
    upgraded(name, random, { strategy: 'recreate', mode: 'last-state' }),
  rollback: (name) => drey().rollbackJob(refOf(name)),
  scale: (name, random) => drey().scaleJob(refOf(name), random() < 0.5 ? 1 : 2),
  savepoint: (name) => drey().createSavepoint(refOf(name)),
  dispose: disposed,
  suspend: (name) => drey().suspendJob(refOf(name)),
  cancel: (name) => drey().cancelJob(refOf(name)),
};
