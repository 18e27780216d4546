/**
 * What happens to pods, on real Flink: their memory is used up, their image is gone, their node is drained or lost. `npm test` draws
 * one of these rows of the recovery table by a seed; `DREY_TEST_CELLS=all` has all.
 */
import { describe, expect } from '@jest/globals';
import type { JobView } from '../../core/job.ts';
import { showBroken, type BrokenCase } from '../support/broken-cases.ts';
import {
  awaitMending,
  awaitTrouble,
  awaitView,
  awaitWell,
  deployed,
  endsWhole,
  kindsOf,
  mended,
  restartsAtOnce,
} from '../support/broken-job.ts';
import { removed } from '../support/e2e-job.ts';
import { clearFault, managerNativeMib, nativeMib, setFault, type Fault } from '../support/ledger.ts';
import { ledgerFolders, type LedgerWish } from '../support/ledger-spec.ts';
import { testImage } from '../support/kubernetes.ts';
import {
  evictPods,
  forgetImage,
  nameImage,
  setUnschedulable,
  withoutAnswersTo,
  withSilentNode,
} from '../support/node.ts';
import { killPods, killProcessesOf } from '../support/pod-process.ts';

/** It runs again, and what happened is still shown. */
const runsInTrouble = ({ phase, trouble }: JobView) =>
  phase === 'RUNNING' && trouble?.next === 'shown' && trouble.standing === 'running';

const gone = 'drey.dev/flink-gone:1';

/** Longer than the longest that a row waits by itself: 6 minutes of a node that is lost, 5 of what Flink does not tell. */
const longMs = 10 * 60_000;

/** One whose memory is used up, beyond what it has by default. */
interface UsedUp {
  readonly process: 'jobManager' | 'taskManager';
  readonly fault: Fault;
  readonly mebibytes: number;
  readonly has: string;
  /** The most that the spec lets it have. */
  readonly may: string;
  /** What its spec says besides. */
  readonly wish?: LedgerWish;
}

const taskManager: UsedUp = {
  process: 'taskManager',
  fault: 'native-mib',
  mebibytes: nativeMib,
  has: '768Mi',
  may: '1152Mi',
  wish: { configuration: restartsAtOnce },
};

const jobManager: UsedUp = {
  process: 'jobManager',
  fault: 'manager-native-mib',
  mebibytes: managerNativeMib,
  has: '512Mi',
  may: '768Mi',
};

/** @returns the operation that has given it more. */
async function givenMore(name: string, { process, fault, mebibytes, has, may, wish }: UsedUp) {
  await deployed(name, { ...wish, spec: { recovery: { memory: { max: may } } } });
  setFault(ledgerFolders(name).control, fault, mebibytes);
  const record = await mended(name);
  const why = new RegExp(`^Kubernetes killed container flink-main-container .* its limit of ${has}`);
  expect(record.reason).toMatch(why);
  const { spec, revision } = await awaitWell(name);
  expect({ revision, ...spec.spec[process].resources.limits }).toMatchObject({ revision: 2, memory: may });
  await endsWhole(name);
  return record;
}

async function shownWithNumbers(name: string, { process, fault, mebibytes, has, wish }: UsedUp) {
  const { control } = ledgerFolders(name);
  await deployed(name, wish);
  setFault(control, fault, mebibytes);
  const { failure } = await awaitTrouble(name, 'POD_OUT_OF_MEMORY');
  clearFault(control, fault);
  expect(failure?.message).toMatch(new RegExp(`it used more than its limit of ${has}`));
  expect(failure?.cure).toMatch(new RegExp(`spec\\.${process}\\.resources.*spec\\.recovery\\.memory\\.max`));
  await awaitView(name, runsInTrouble, `${name} to run again and show why it did not`);
  expect(await kindsOf(name)).toEqual(['deploy']);
  await endsWhole(name);
}

const cases: readonly BrokenCase[] = [
  [
    'a TaskManager that used more memory than it has gets more, as the spec allows, and keeps it',
    async (name) => {
      const record = await givenMore(name, taskManager);
      expect(record.plan?.notes.join()).toMatch(/raised from 768Mi to 1152Mi/);
    },
  ],
  [
    'a TaskManager that used more memory than the spec gives it is shown with the numbers, and Flink goes on',
    (name) => shownWithNumbers(name, taskManager),
  ],
  [
    'a JobManager that used more memory than it has gets more, as the spec allows, and keeps it',
    async (name) => {
      const record = await givenMore(name, jobManager);
      expect(record.plan?.notes.join()).toMatch(/spec\.jobManager\.resources is raised from 512Mi to 768Mi/);
      expect(record).toMatchObject({ generation: 2, restoredFrom: expect.stringMatching(/chk-/) });
    },
  ],
  [
    'a JobManager that used more memory than the spec gives it is shown with the numbers, and comes back by itself',
    (name) => shownWithNumbers(name, jobManager),
  ],
  [
    'an image that its node has no more is shown, and the job comes back with it',
    async (name) => {
      await nameImage(testImage(), gone);
      await deployed(name, { flink: { image: gone }, spec: { deadlines: { imagePull: '20s' } } });
      await forgetImage(gone);
      await killPods(name, 'taskmanager');
      const { failure, standing } = await awaitTrouble(name, 'IMAGE_GONE', 'shown');
      expect(failure).toMatchObject({ code: 'IMAGE_NOT_PULLED', message: expect.stringContaining(gone) });
      expect(standing).toBe('trying');
      await nameImage(testImage(), gone);
      await awaitWell(name);
      expect(await kindsOf(name)).toEqual(['deploy']);
      await endsWhole(name);
      await removed(name);
      await forgetImage(gone);
    },
  ],
  [
    'a node that is drained leaves the pods without one, and the job comes back with it',
    async (name) => {
      await deployed(name, { spec: { deadlines: { schedule: '10s' } } });
      await setUnschedulable(true);
      try {
        await evictPods(name);
        const { failure } = await awaitTrouble(name, 'PODS_IN_TROUBLE', 'shown');
        expect(failure).toMatchObject({ code: 'NOT_SCHEDULABLE' });
      } finally {
        await setUnschedulable(false);
      }
      await awaitWell(name);
      expect(await kindsOf(name)).toEqual(['deploy']);
      await endsWhole(name);
    },
  ],
  [
    'a node that is not heard of any more is waited for by name, and the job comes back with it',
    async (name) => {
      await deployed(name);
      await withSilentNode(async () => {
        for (const component of ['taskmanager', 'jobmanager'] as const) await killProcessesOf(name, component);
        const { failure } = await awaitTrouble(name, 'NODE_LOST', 'flinkRecovers');
        expect(failure?.message).toMatch(/^Node drey-\S+ has not been heard of for .+, and with it [12] pods?: /);
        expect(failure?.cure).toMatch(/kubectl delete node drey-/);
      });
      await awaitWell(name);
      expect(await kindsOf(name)).toEqual(['deploy']);
      await endsWhole(name);
    },
    'slow',
  ],
  [
    'a node that is lost for longer than Kubernetes waits is waited for no more: the job is started elsewhere, here once it is back',
    async (name) => {
      await deployed(name);
      await withSilentNode(async () => {
        for (const component of ['taskmanager', 'jobmanager'] as const) await killProcessesOf(name, component);
        await awaitMending(name, 'recover', longMs);
      });
      const record = await mended(name);
      expect(record.reason).toMatch(/^Node drey-\S+ has not been heard of for [67] min, and with it 2 pods/);
      expect(record).toMatchObject({ generation: 2, restoredFrom: expect.stringMatching(/chk-/) });
      expect(await kindsOf(name)).toEqual(['deploy', 'recover']);
      await endsWhole(name);
    },
    'slow',
  ],
  [
    'a JobManager that does not tell of checkpoints is said to do so, and nothing is done to a job that runs',
    async (name) => {
      await deployed(name);
      await withoutAnswersTo('/checkpoints', async () => {
        const { failure, standing } = await awaitTrouble(name, 'HEALTH_UNKNOWN', 'shown', longMs);
        expect(failure?.message).toMatch(/^The job runs, but Flink has not told for .+ whether its checkpoints stall/);
        expect(standing).toBe('running');
      });
      await awaitWell(name);
      expect(await kindsOf(name)).toEqual(['deploy']);
      await endsWhole(name);
    },
    'slow',
  ],
];

describe('pods that break', () => {
  showBroken('rec-pods', cases);
});
