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

/** A cluster that has all objects of the generation but those of these names, and what was applied or scaled. */
function clusterOf(generation: Generation, absent: readonly string[], others: readonly string[] = []) {
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
  const kubernetes = {
    get: async (kind: string, _namespace: string, name: string) => stored.get(`${kind} ${name}`),
    apply: async (object: { kind: string; metadata: { name: string } }) => {
      changed.push(`${object.kind} ${object.metadata.name}`);
      return object;
    },
    scale: async (kind: string, _namespace: string, name: string) => void changed.push(`scaled ${kind} ${name}`),
    annotate: async () => undefined,
  };
  return {
    stored,
    changed,
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
});
