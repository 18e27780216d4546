/** What an autoscaler's workflow writes onto an anchor, for the agent to see. */
import { describe, expect, test } from '@jest/globals';
import { askAutoscaler, noteAutoscaler } from '../../activities/cluster/note-autoscaler.ts';
import type { ClusterDependencies } from '../../activities/cluster/dependencies.ts';
import { emptyMemory } from '../../core/autoscaler/memory.ts';
import { autoscalerMemoryKey } from '../../core/autoscaler/signal.ts';
import { renderAnchor } from '../../core/manifests/anchor.ts';
import { annotations } from '../../core/names.ts';
import { someGeneration } from '../support/state-fixture.ts';

const { identity } = someGeneration(2);
const made = renderAnchor(someGeneration(2), 1);
const memory = { ...emptyMemory, jobScalings: [{ atMs: 1, decision: 'd', to: { v: 2 } }] };
const input = { identity, namespace: 'flink' };
const guard = { uid: 'u', resourceVersion: '7' };

/** A cluster with this anchor, and what was written. */
function clusterOf(data: Readonly<Record<string, string>> | undefined, metadata: object = {}) {
  const anchor = data && { ...made, data, metadata: { ...made.metadata, ...guard, ...metadata } };
  const written: unknown[] = [];
  const kubernetes = {
    get: async (...asked: unknown[]) => (asked.join(' ') === 'ConfigMap flink orders-abcdefgh-2' ? anchor : undefined),
    changeData: async (...args: unknown[]) => void written.push(args),
    annotate: async (...args: unknown[]) => void written.push(args),
  };
  return { written, dependencies: { kubernetes } as unknown as ClusterDependencies };
}

describe('the memory', () => {
  test('is written beside what the agent has noted', async () => {
    const before = JSON.stringify({ memory: emptyMemory, lastTold: 'abc', answered: 'key' });
    const { dependencies, written } = clusterOf({ [autoscalerMemoryKey]: before });
    expect(await noteAutoscaler(dependencies, { ...input, memory })).toMatchObject({ noted: true });
    const text = JSON.stringify({ lastTold: 'abc', answered: 'key', memory });
    expect(written).toEqual([['flink', 'orders-abcdefgh-2', { [autoscalerMemoryKey]: text }, guard]]);
  });

  test.each<Record<string, string>>([{}, { [autoscalerMemoryKey]: '{' }])(
    'is written where nothing is, or nothing that is understood',
    async (data) => {
      const { dependencies, written } = clusterOf(data);
      await noteAutoscaler(dependencies, { ...input, memory });
      const text = JSON.stringify({ memory });
      expect(written).toEqual([['flink', 'orders-abcdefgh-2', { [autoscalerMemoryKey]: text }, guard]]);
    },
  );
});

test('who asks is noted', async () => {
  const { dependencies, written } = clusterOf({});
  expect(await askAutoscaler(dependencies, { ...input, key: 'ada-1' })).toEqual({ noted: true, detail: 'ada-1' });
  const note = { [annotations.autoscalerAsked]: 'ada-1' };
  expect(written).toEqual([['ConfigMap', 'flink', 'orders-abcdefgh-2', note, { uid: 'u' }]]);
});

test.each([
  ['is gone', undefined, {}],
  ['is on its way', {}, { deletionTimestamp: '2026-01-01T00:00:00Z' }],
  ['is of another tenant', {}, { labels: {} }],
])('an anchor that %s is left alone', async (_, data, metadata) => {
  const { dependencies, written } = clusterOf(data, metadata);
  expect(await noteAutoscaler(dependencies, { ...input, memory })).toMatchObject({ noted: false });
  expect(await askAutoscaler(dependencies, { ...input, key: 'k' })).toMatchObject({ noted: false });
  expect(written).toEqual([]);
});
