/**
 * An agent whose cluster is made up: whatever it is asked for is there at once, so that operations go to their ends without
 * Kubernetes. It runs as a process of its own, and says on its output what it makes and which files it deletes; while the
 * file that `HOLD` names is there, it deletes none. While the file that `STALL` names has an activity's name in it, that one waits;
 * with ` fails` after the name, the look for what is there fails, or the Service after the anchor; and the deletion of the folder that comes after that.
 * What a job does otherwise its arguments say.
 */
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { ClusterActivities } from '../../activities/cluster/cluster-activities.ts';
import { withHeartbeat } from '../../activities/heartbeat.ts';
import type { Generation } from '../../core/generation.ts';
import { failed } from '../../activities/failures.ts';
import {
  clusterTaskQueue,
  generationName,
  ownSavepointDirectory,
  savepointDirectory,
  savepointTriggerId,
} from '../../core/names.ts';

type Calls = { readonly [Name in keyof ClusterActivities]?: (input: InputOf<Name>) => Promise<unknown> };
type InputOf<Name extends keyof ClusterActivities> = Parameters<ClusterActivities[Name]>[0];

const hold = process.env['HOLD'] ?? '';
const there = new Map<string, Generation>();
/** Those to which a job was submitted that was not stopped since. */
const running = new Set<string>();
/** Those that were seen to complete a checkpoint. */
const checkpointed = new Set<string>();
/** With what the job of each was stopped. */
const stopped = new Map<string, object>();
const isDone = async () => ({ detail: 'made up' });
const stall = process.env['STALL'] ?? '';

function isStalled(activity: keyof ClusterActivities): boolean {
  return isSaid(activity);
}

function failsNow(activity: keyof ClusterActivities): boolean {
  return isSaid(`${activity} fails`);
}

function isSaid(words: string): boolean {
  return existsSync(stall) && readFileSync(stall, 'utf8') === words;
}

function stalling<Input>(activity: keyof ClusterActivities, isMeant: (input: Input) => boolean = () => true) {
  return (input: Input) =>
    withHeartbeat(async (signal) => {
      while (isMeant(input) && isStalled(activity)) await pause(50, undefined, { signal });
      return isDone();
    });
}

/** A job with this argument makes no checkpoints, never becomes stable, runs again after its stop. */
const withoutCheckpoints = '--no-checkpoints';
const unstable = '--unstable';
const overtaken = '--overtaken';

/** One with this argument runs on after its stop, so that it can be stopped again. */
const unending = '--unending';

/** Nothing is noted on the anchor of one with this argument. */
const unnoted = '--unnoted';

/** Somebody has deleted the anchor of one with this argument, and all that went with it. */
const unfound = '--unfound';

/** The pods of one with this argument do not go. */
const stuck = '--stuck';

/** The TaskManagers of one with this argument do not go. */
const clinging = '--clinging';

/** The pods of one with this argument find no room. */
const crowded = '--crowded';

const noRoom = { code: 'NOT_SCHEDULABLE', message: 'No node has room for its pods.', cure: 'See why.' } as const;

const podsStay = { code: 'PODS_NOT_GONE', message: 'Its pods do not go.', cure: 'See why.' } as const;

const taken = { code: 'NAME_TAKEN', message: 'The Ingress is refused.', cure: 'See why.' } as const;

const unwritable = { code: 'STORAGE_UNUSABLE', message: 'The storage refuses.', cure: 'See why.' } as const;

const unreadable = { code: 'ANCHOR_UNREADABLE', message: 'An anchor cannot be read.', cure: 'See why.' } as const;

async function unlessStuck({ generation }: { readonly generation: Generation }) {
  if (!generation.spec.spec.job.args.includes(stuck)) return isDone();
  throw failed(podsStay);
}

const ending = stalling<InputOf<'endPods'>>('endPods');
const submitting = stalling<InputOf<'submitJob'>>('submitJob');
const asking = stalling<InputOf<'findGenerations'>>('findGenerations');
const taking = stalling<InputOf<'takeSavepoint'>>('takeSavepoint');
const stopping = stalling<InputOf<'stopJob'>>('stopJob');
const requirements = { vertex: { lower: 1, upper: 1 } };

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function make({ generation }: InputOf<'applyGeneration'>) {
  there.set(generationName(generation.identity), generation);
  say(`made ${generationName(generation.identity)}`);
}

/** The point from which a job that is stopped goes on: its own, or where none ran the one that it was to start from. */
async function stop(input: InputOf<'stopJob'>) {
  await stopping(input);
  const { identity, submission, spec, restoreFrom } =
    there.get(generationName(input.generation.identity)) ?? input.generation;
  const name = generationName(identity);
  const { requester } = input;
  // With its anchor the request that was noted there goes, and only the storage tells.
  const told = there.has(name)
    ? {}
    : { triggerId: savepointTriggerId(requester.uid, requester.operation, identity, submission) };
  const before = stopped.get(name);
  if (!running.delete(name)) return before ? { ...before, ...told } : { restorePoint: restoreFrom, detail: 'none ran' };
  const folder = savepointDirectory(spec.spec.storage.savepoints ?? '', identity, submission);
  const runsOn = spec.spec.job.args.includes(unending);
  const restorePoint = `${folder}/savepoint-made-up${runsOn ? `-${requester.operation}` : ''}`;
  if (runsOn) running.add(name);
  // Its JobManager's clock is an hour ahead of all others.
  const endedAtMs = Date.now() + 3_600_000;
  const triggerId = savepointTriggerId(requester.uid, requester.operation, identity, submission);
  const ranAgain = spec.spec.job.args.includes(overtaken) && { overtaken: `${folder}/savepoint-older` };
  stopped.set(name, {
    ...ranAgain,
    triggerId,
    kind: 'savepoint',
    restorePoint,
    detail: folder,
    endedAtMs,
    endedAgoMs: 1_000,
  });
  return stopped.get(name);
}

const activities: Calls = {
  findGenerations: async (input) => {
    await asking(input);
    if (failsNow('findGenerations')) throw failed(unreadable);
    const { tenant, name } = input;
    const own = [...there.values()].filter(({ identity }) => identity.tenant === tenant && identity.name === name);
    const anchored = own.filter(({ spec }) => !spec.spec.job.args.includes(unfound));
    const found = anchored.map((generation) => ({
      ...generation,
      running: running.has(generationName(generation.identity)),
      checkpointed: checkpointed.has(generationName(generation.identity)),
      leaving: false,
      stopping: false,
      madeAt: '',
    }));
    return { found, detail: `${found.length} found` };
  },
  applyGeneration: make,
  applyStandIn: make,
  waitPodsScheduled: async ({ generation }) => {
    if (!generation.spec.spec.job.args.includes(crowded)) return isDone();
    throw failed(noRoom);
  },
  waitImagesPulled: isDone,
  waitJobManager: stalling('waitJobManager'),
  waitSlots: isDone,
  submitJob: async (input) => {
    await submitting(input);
    there.set(generationName(input.generation.identity), input.generation);
    running.add(generationName(input.generation.identity));
    return isDone();
  },
  primeCluster: isDone,
  waitStable: async ({ generation }) => {
    if (!generation.spec.spec.job.args.includes(unstable)) return isDone();
    throw failed({ code: 'JOB_FAILED', message: 'It fell again and again.', cure: 'Mend it.' });
  },
  waitTasks: stalling('waitTasks'),
  publishService: async ({ generation }) => {
    const name = generationName(generation.identity);
    // A candidate is marked no more from then on.
    if (there.has(name)) there.set(name, generation);
    if (failsNow('publishService')) throw failed(taken);
    return isDone();
  },
  confirmCheckpoint: async ({ generation }) => {
    const makesNone = generation.spec.spec.job.args.includes(withoutCheckpoints);
    if (!makesNone) checkpointed.add(generationName(generation.identity));
    return { detail: 'made up', makesNone };
  },
  cancelJob: stalling('cancelJob'),
  endPods: async (input) => {
    await ending(input);
    say(`ended the pods of ${generationName(input.generation.identity)}`);
    return unlessStuck(input);
  },
  checkRescale: async ({ generation, parallelism }) => ({
    parallelism: { vertex: parallelism },
    fixed: [],
    before: requirements,
    taskManagers: generation.spec.spec.job.args.includes(stuck) ? 9 : 1,
  }),
  addTaskManagers: isDone,
  changeParallelism: async ({ requirements: asked }) => {
    if (isStalled('changeParallelism')) {
      say('asked a JobManager that does not list the job');
      return { hasEnded: false, isUnknown: true, detail: 'its JobManager does not list the job' };
    }
    say(`asked for at most ${asked['vertex']?.upper}`);
    return { hasEnded: false };
  },
  waitParallelism: stalling('waitParallelism', ({ isPutBack }: InputOf<'waitParallelism'>) => !isPutBack),
  removeTaskManagers: async (input) => {
    if (!input.generation.spec.spec.job.args.includes(clinging)) return unlessStuck(input);
    throw failed(podsStay);
  },
  noteRevision: async ({ generation }) => {
    say(`noted revision ${generation.revision} of ${generation.identity.name}`);
    if (!generation.spec.spec.job.args.includes(unnoted)) return isDone();
    throw failed({ code: 'OBJECTS_REFUSED', message: 'Kubernetes refused.', cure: 'See why.' });
  },
  takeSavepoint: async (input) => {
    await taking(input);
    const { requester, root } = input;
    const path = `${ownSavepointDirectory(root, requester.uid, requester.operation)}/savepoint-made-up`;
    return { path, detail: path };
  },
  stopJob: stop,
  removeObjects: async ({ generation }) => {
    there.delete(generationName(generation.identity));
    running.delete(generationName(generation.identity));
    say(`removed ${generationName(generation.identity)}`);
  },
  disposeSavepoint: ({ generation, folder }) =>
    withHeartbeat(async () => {
      const name = generationName(generation.identity);
      if (!there.has(name)) throw new Error(`${name} is not there`);
      while (existsSync(hold) || isStalled('disposeSavepoint')) await pause(50);
      if (isSaid(`disposeSavepoint fails ${folder}`)) throw failed(unwritable);
      say(`deleted ${folder} in the name of ${name}`);
      return { detail: folder };
    }),
};

/** How jobs with these arguments are found when they are to be stopped. */
const ends: Readonly<Record<string, object>> = {
  '--empty': {},
  '--lost': { kind: 'checkpoint', restorePoint: 'file:///flink-state/chk-7', podsEnded: true },
  '--gone': { podsEnded: true, isStateUnknown: true },
  '--done': { finished: true },
  '--seen': { kind: 'checkpoint', restorePoint: 'file:///flink-state/chk-7' },
};

const endings: Calls = {
  removeHighAvailability: async ({ generation }) => {
    say(`cleared the high availability of ${generationName(generation.identity)}`);
    const isKept = generation.spec.spec.job.args.includes('--keeps');
    return { detail: 'made up', ...(isKept && { left: 'files are left in file:///flink-state: denied' }) };
  },
  stopJob: async (input) => {
    if (input.generation.spec.spec.job.args.includes('--unstoppable')) throw failed(podsStay);
    const told = input.generation.spec.spec.job.args.flatMap((said) => ends[said] ?? []);
    return told[0] ? { detail: 'made up', ...told[0] } : activities.stopJob?.(input);
  },
};

const connection = await NativeConnection.connect({ address: process.env['TEMPORAL_ADDRESS'] ?? '' });
const worker = await Worker.create({
  connection,
  taskQueue: clusterTaskQueue('local'),
  activities: { ...activities, ...endings },
});
say('ready');
await worker.run();
