/** The comparison of all jobs, on workflows and anchors that a test makes up. */
import { beforeEach, expect, test } from '@jest/globals';
import { takeCensus, type Census, type CensusPorts } from '../../activities/observe/census.ts';
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
  failed: (error) => void failures.push(error),
};

beforeEach(() => {
  [looks, between] = [0, () => undefined];
  [anchors, told, unknown, failures] = [[], [], [], []];
  [known, running] = [new Set([orders]), new Set([orders])];
  said = async () => ran;
});

/** @param happens between the two looks. */
function counted(happens: () => void = between): Promise<Census | undefined> {
  between = happens;
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
