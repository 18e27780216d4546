/** What healing puts back, and what it must not: a JobManager that would run the job from where it once began. */
import { asyncLocalStorage, type Context } from '@temporalio/activity';
import { describe, expect, test } from '@jest/globals';
import { healGeneration } from '../../activities/cluster/heal-generation.ts';
import { marksOf } from '../../activities/cluster/marks.ts';
import type { ClusterDependencies } from '../../activities/cluster/dependencies.ts';
import type { Generation } from '../../core/generation.ts';
import { renderAnchor } from '../../core/manifests/anchor.ts';
import { renderGeneration } from '../../core/manifests/generation.ts';
import { annotations, flinkJobId, highAvailabilityMapName } from '../../core/names.ts';
import type { FlinkJobInput } from '../../core/schema/flink-job.ts';
import { someGeneration, smallSpec } from '../support/state-fixture.ts';

const application = { mode: 'application' } as const;
const storage = { storage: { root: 's3://bucket/flink' } };

/** As server-side apply leaves it: what others have added to a map, or to a list of named things, stays. */
function keeping(stored: unknown, applied: unknown): unknown {
  if (!isMap(stored) || !isMap(applied)) return Array.isArray(stored) ? keepingListed(stored, applied) : applied;
  return {
    ...stored,
    ...Object.fromEntries(Object.keys(applied).map((key) => [key, keeping(stored[key], applied[key])])),
  };
}

function keepingListed(stored: readonly unknown[], applied: unknown): unknown {
  if (!Array.isArray(applied) || !applied.every(isMap)) return applied;
  const named = new Map(stored.filter(isMap).map((one) => [one['name'], one]));
  for (const one of applied) named.set(one['name'], keeping(named.get(one['name']), one) as typeof one);
  return [...named.values()];
}

/** A JSON merge patch. */
function merged(stored: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return patch;
  const next: Record<string, unknown> = isMap(stored) ? { ...stored } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete next[key];
    else next[key] = merged(next[key], value);
  }
  return next;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A cluster that has all objects of the generation but those of these names, and what was applied, merged or scaled. */
function clusterOf(
  generation: Generation,
  absent: readonly string[],
  others: readonly string[] = [],
  stubborn: readonly string[] = [],
) {
  const all = renderGeneration({ generation, anchorUid: 'u', defaultImage: 'flink:2.3' });
  const made = renderAnchor(generation, 1);
  const noted = { ...made.metadata.annotations, [annotations.applied]: JSON.stringify(marksOf(all)) };
  const stored = new Map<string, object>(
    [...all, { ...made, metadata: { ...made.metadata, uid: 'u', annotations: noted } }]
      .filter(({ kind, metadata }) => !absent.includes(`${kind} ${metadata.name}`))
      .map((object) => [`${object.kind} ${object.metadata.name}`, object]),
  );
  for (const label of others) stored.set(label, {});
  const changed: string[] = [];
  const notes: Record<string, string>[] = [];
  const kubernetes = {
    get: async (kind: string, _namespace: string, name: string) => stored.get(`${kind} ${name}`),
    apply: async (object: { kind: string; metadata: { name: string } }, { dryRun = false } = {}) => {
      const label = `${object.kind} ${object.metadata.name}`;
      if (dryRun) return object;
      changed.push(label);
      stored.set(label, keeping(stored.get(label), object) as object);
      return stored.get(label);
    },
    merge: async (kind: string, _namespace: string, name: string, change: object) => {
      const label = `${kind} ${name}`;
      if (!stubborn.includes(label)) stored.set(label, merged(stored.get(label), change) as object);
      return stored.get(label);
    },
    scale: async (kind: string, _namespace: string, name: string) => void changed.push(`scaled ${kind} ${name}`),
    annotate: async (...[, , , note]: [string, string, string, Record<string, string>]) => void notes.push(note),
  };
  return {
    stored,
    changed,
    notes,
    dependencies: { kubernetes, defaultImage: () => 'flink:2.3' } as unknown as ClusterDependencies,
  };
}

function generationOf(change: Partial<FlinkJobInput['spec']>): Generation {
  return someGeneration(2, { spec: smallSpec(change) });
}

async function healed(dependencies: ClusterDependencies, generation: Generation): Promise<string> {
  const run = () => healGeneration(dependencies, { generation, operation: 9 });
  const context = { info: { startToCloseTimeoutMs: 60_000 } } as unknown as Context;
  const { detail } = await asyncLocalStorage.run(context, run);
  return detail;
}

const service = 'Service orders-abcdefgh-2';
const job = 'Job orders-abcdefgh-2-jm';
const deployment = 'Deployment orders-abcdefgh-2-jm';
const configMap = 'ConfigMap orders-abcdefgh-2-config';
const taskManager = 'Deployment orders-abcdefgh-2-tm';

const withVariable = {
  spec: {
    template: { spec: { containers: [{ name: 'flink-main-container', env: [{ name: 'FOO', value: 'bar' }] }] } },
  },
};

describe('healing', () => {
  test('puts back what is missing, and touches nothing else', async () => {
    const generation = generationOf(application);
    const { dependencies, changed } = clusterOf(generation, [service]);
    await healed(dependencies, generation);
    expect(changed).toEqual([service]);
  });

  test.each<[string, Partial<FlinkJobInput['spec']>, string]>([
    ['without high availability', application, job],
    ['whose high-availability data is gone, too', { ...application, ...storage }, deployment],
  ])('makes no JobManager anew of an application %s', async (_title, spec, manager) => {
    const generation = generationOf(spec);
    const { dependencies, changed } = clusterOf(generation, [manager]);
    await expect(healed(dependencies, generation)).rejects.toMatchObject({ type: 'OBJECTS_GONE' });
    expect(changed).toEqual([]);
  });

  test('makes one anew that goes on from what high availability knows', async () => {
    const generation = generationOf({ ...application, ...storage });
    const pointers = highAvailabilityMapName(generation.identity, flinkJobId(generation.identity, 1));
    const { dependencies, changed } = clusterOf(generation, [deployment], [`ConfigMap ${pointers}`]);
    await healed(dependencies, generation);
    expect(changed).toEqual([deployment]);
  });

  test('lets no pod of an application’s Job start again', async () => {
    const generation = generationOf(application);
    const { dependencies, changed, stored } = clusterOf(generation, []);
    const live = stored.get(job) as { spec: object };
    stored.set(job, { ...live, spec: { ...live.spec, parallelism: 0 } });
    await healed(dependencies, generation);
    expect(changed).toEqual([]);
  });

  test.each<[string, string, object]>([
    ['to a ConfigMap', configMap, { data: { 'extra.yaml': 'x' } }],
    ['to a Service', service, { spec: { ports: [{ name: 'more', port: 9999, targetPort: 9999 }] } }],
    ['to the selector of a Service', service, { spec: { selector: { more: 'x' } } }],
    ['to a container', taskManager, withVariable],
    ['as a container', taskManager, { spec: { template: { spec: { containers: [{ name: 'beside', image: 'x' }] } } } }],
    ['as an init container', taskManager, { spec: { template: { spec: { initContainers: [{ name: 'first' }] } } } }],
  ])('takes away what was added %s', async (_title, label, added) => {
    const generation = generationOf({});
    const { dependencies, stored, changed, notes } = clusterOf(generation, []);
    const before = stored.get(label);
    stored.set(label, keeping(before, added) as object);
    expect(stored.get(label)).not.toEqual(before);
    expect(await healed(dependencies, generation)).toBe(`${label} put back`);
    expect([stored.get(label), changed]).toEqual([before, [label]]);
    const noted = JSON.parse(notes.at(-1)?.[annotations.applied] ?? '{}') as Record<string, string>;
    expect(noted[label]).toBe(marksOf([before as Parameters<typeof marksOf>[0][number]])[label]);
  });

  test('fails by name, and notes nothing, where what was added stays', async () => {
    const generation = generationOf({});
    const { dependencies, stored, notes } = clusterOf(generation, [], [], [taskManager]);
    stored.set(taskManager, keeping(stored.get(taskManager), withVariable) as object);
    const message = `${taskManager} was put back, and is as somebody has changed it all the same.`;
    await expect(healed(dependencies, generation)).rejects.toMatchObject({ type: 'OBJECTS_CHANGED', message });
    expect(notes).toEqual([]);
  });

  test('notes what an attempt before it has put back, which another release had made otherwise', async () => {
    const generation = generationOf({});
    const { dependencies, stored, notes } = clusterOf(generation, []);
    const anchor = stored.get('ConfigMap orders-abcdefgh-2') as { metadata: { annotations: Record<string, string> } };
    anchor.metadata.annotations[annotations.applied] = JSON.stringify({ [taskManager]: 'otherwise' });
    await healed(dependencies, generation);
    const now = marksOf([stored.get(taskManager) as Parameters<typeof marksOf>[0][number]]);
    expect(notes).toEqual([{ [annotations.applied]: JSON.stringify(now) }]);
  });
});
