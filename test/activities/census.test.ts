/** The comparison of all jobs, on workflows and anchors that a test makes up. */
import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import {
  takeCensus,
  takeWholeCensus,
  type Census,
  type CensusPorts,
  type CensusTaken,
} from '../../activities/observe/census.ts';
import type { KubernetesClient } from '../../clients/kubernetes/client.ts';
import { renderAnchor } from '../../core/manifests/anchor.ts';
import type { Generation } from '../../core/generation.ts';
import { someGeneration, smallSpec } from '../support/state-fixture.ts';

const orders = 'job/default/orders';
const ran = { uid: 'abcdefgh', generation: 2 };

let anchors: Generation[];
let running: Set<string>;
let known: Set<string>;
let said: () => Promise<typeof ran | undefined>;
let told: unknown[];
let unknown: (readonly string[])[];
let failures: unknown[];
let looks: number;
let between: () => void;

const kubernetes = {
  list: async () => anchors.map((generation) => structuredClone(renderAnchor(generation, 1))),
} as unknown as KubernetesClient;

const ports: CensusPorts = {
  jobWorkflows: async () => {
    looks += 1;
    if (looks === 2) between();
    return { known, running };
  },
  runningNow: () => said(),
  tellGone: async (...what) => void told.push(what),
  unknown: (jobs) => void unknown.push(jobs),
  noneCompared: () => undefined,
  failed: (error) => void failures.push(error),
};

beforeEach(() => {
  [looks, between] = [0, () => undefined];
  [anchors, told, unknown, failures] = [[], [], [], []];
  [known, running] = [new Set([orders]), new Set([orders])];
  said = async () => ran;
});

/** @param happens between the two looks. */
async function counted(happens: () => void = between): Promise<Census | undefined> {
  between = happens;
  return (await taken()).census;
}

function taken(): Promise<CensusTaken> {
  return takeCensus(kubernetes, ports, 'local', new AbortController().signal, 1);
}

test('tells a job without objects which generation was not found', async () => {
  expect(await counted()).toEqual({ unknownJobs: [], goneJobs: [orders] });
  expect(told).toEqual([[orders, ran]]);
});

test('tells nothing of a job whose objects come meanwhile', async () => {
  await counted(() => anchors.push(someGeneration(2)));
  expect(told).toEqual([]);
});

test('tells a job of which only the candidate is left', async () => {
  anchors = [someGeneration(3, { candidate: true })];
  expect(await counted()).toEqual({ unknownJobs: [], goneJobs: [orders] });
  expect(told).toEqual([[orders, ran]]);
});

test('tells what was asked before the second look, whatever the job has made since', async () => {
  await counted(() => (said = async () => ({ ...ran, generation: 3 })));
  expect(told).toEqual([[orders, ran]]);
});

test.each([
  ['says that it runs nothing', async () => undefined, 0],
  ['gives no answer', () => Promise.reject(new Error('away')), 1],
])('leaves alone a job that %s', async (_title, answer, failed) => {
  said = answer;
  expect(await counted()).toMatchObject({ goneJobs: [] });
  expect(told).toEqual([]);
  expect(failures).toHaveLength(failed);
});

test('reports objects that no workflow knows, but not those of another cluster’s name', async () => {
  [known, running] = [new Set(), new Set()];
  const identity = { ...someGeneration(1).identity, name: 'other' };
  anchors = [someGeneration(2), someGeneration(1, { identity, spec: smallSpec({ cluster: 'elsewhere' }) })];
  expect(await counted()).toEqual({ unknownJobs: [orders], goneJobs: [] });
  expect(unknown).toEqual([[orders]]);
});

function away(): Promise<never> {
  return Promise.reject(new Error('away'));
}

describe('is taken again', () => {
  const failing: readonly [string, () => void][] = [
    ['could not list its workflows', () => jest.spyOn(ports, 'jobWorkflows').mockImplementationOnce(away)],
    ['heard nothing from the job', () => void (said = async () => ((said = async () => ran), away()))],
    ['could not tell the job', () => jest.spyOn(ports, 'tellGone').mockImplementationOnce(away)],
  ];

  test.each(failing)('where it %s', async (_what, fails) => {
    fails();
    const seen: Census[] = [];
    await takeWholeCensus(taken, (census) => void seen.push(census), new AbortController().signal, 1);
    expect(failures).toHaveLength(1);
    expect(told).toEqual([[orders, ran]]);
    expect(seen.at(-1)).toEqual({ unknownJobs: [], goneJobs: [orders] });
  });

  test('but not once its attempt has ended', async () => {
    const ending = new AbortController();
    let times = 0;
    const take = async () => {
      times += 1;
      if (times === 3) ending.abort();
      return { isWhole: false };
    };
    await takeWholeCensus(take, () => undefined, ending.signal, 1);
    expect(times).toBe(3);
  });
});
