import { describe, expect, test } from '@jest/globals';
import { planChange, type PlannedJob } from '../../../core/plan/change-plan.ts';
import type { FlinkJobInput } from '../../../core/schema/flink-job.ts';
import { smallSpec, someGeneration } from '../../support/state-fixture.ts';

type Spec = Partial<FlinkJobInput['spec']>;

const storage = { root: 's3://bucket/flink' };
const flink = (version: '1.20' | '2.3', more: object = {}) => ({ flink: { version, ...more } });
const args = (...values: string[]) => ({ jarUri: 'local:///opt/job.jar', args: values });

function running(spec: Spec = {}, change: Partial<PlannedJob> = {}): PlannedJob {
  const generations = [someGeneration(1, { spec: smallSpec({ storage, ...spec }) })];
  return { phase: 'RUNNING', askedCluster: true, generations, afterLoss: false, ...change };
}

describe('what the reader is told beforehand', () => {
  test.each<[string, Spec, Spec, RegExp[]]>([
    [
      'of a newer Flink',
      { flink: { version: '1.20' } },
      { flink: { version: '2.3' } },
      [/cannot be rolled back.*Flink 1\.20/],
    ],
    [
      'of a newer Flink that starts empty, too',
      { flink: { version: '1.20' } },
      { flink: { version: '2.3' }, upgrade: { mode: 'stateless' } },
      [/starts empty/, /cannot be rolled back.*Flink 1\.20/],
    ],
    [
      'nothing of that where no checkpoint is kept',
      { flink: { version: '1.20' }, storage: {} },
      { flink: { version: '2.3' }, storage: {} },
      [/starts empty/],
    ],
    [
      'with another program',
      {},
      { flink: { version: '2.3', image: 'shop/orders:2' } },
      [/another type is only known when Flink reads it/],
    ],
    ['of an older Flink', { flink: { version: '2.3' } }, { flink: { version: '1.20' } }, [/Flink 1\.20 may not read/]],
    [
      'of another state backend',
      {},
      { flink: { version: '2.3', configuration: { 'state.backend.type': 'rocksdb' } } },
      [/canonical/, /cannot be rolled back.*hashmap/],
    ],
    [
      'of another state backend, which no checkpoint reaches',
      {},
      {
        flink: { version: '2.3', configuration: { 'state.backend.type': 'rocksdb' } },
        upgrade: { mode: 'last-state', whenSavepointFails: 'checkpoint' },
      },
      [
        /`last-state` becomes `savepoint`/,
        /canonical.*asynchronous state cannot/,
        /runs on, though the spec says `checkpoint`/,
        /cannot be rolled back/,
      ],
    ],
    [
      'that Flink 1.20 knows no asynchronous state',
      { flink: { version: '1.20' } },
      { flink: { version: '1.20', configuration: { 'state.backend.type': 'rocksdb' } } },
      [/changes\.$/, /cannot be rolled back/],
    ],
    [
      'of another scheduler, which cannot rescale',
      { flink: { version: '2.3', configuration: { 'jobmanager.scheduler': 'Default' } } },
      {
        flink: { version: '2.3', configuration: { 'jobmanager.scheduler': 'Default' } },
        job: { ...args(), parallelism: 2 },
      },
      [/is stopped for its new parallelism: `jobmanager.scheduler` is Default/],
    ],
    [
      'of a batch job, too',
      { flink: { version: '2.3', configuration: { 'execution.runtime-mode': 'BATCH' } } },
      { flink: { version: '2.3', configuration: { 'execution.runtime-mode': 'BATCH' } }, taskManager: { replicas: 2 } },
      [/BATCH/],
    ],
    [
      'that an application is not upgraded warm, and why',
      { mode: 'application' },
      { mode: 'application', job: args('2'), upgrade: { strategy: 'warm', mode: 'stateless' } },
      [/`warm` becomes `recreate`: an application's JobManager/, /starts empty/],
    ],
    [
      'nothing of that where it may be recreated',
      { mode: 'application' },
      { mode: 'application', job: args('2'), upgrade: { strategy: 'recreate' } },
      [],
    ],
    ['nothing of arguments', {}, { job: args('2') }, []],
  ])('%s', (_title, before, after, notes) => {
    const plan = planChange(running(before), smallSpec({ storage, ...after }));
    expect(plan.notes).toHaveLength(notes.length);
    for (const [index, note] of notes.entries()) expect(plan.notes[index]).toMatch(note);
  });
});

describe('of a job that does not run, what may not be read', () => {
  const rocksdb = flink('2.3', { configuration: { 'state.backend.type': 'rocksdb' } });
  const other = flink('2.3', { image: 'shop/orders:2' });
  const older = [/^Flink 1\.20 may not read what Flink 2\.3 has written: then the start fails\.$/];
  const canonical = [/only one in canonical format/];
  const types = [/where the new revision cannot, the start fails\.$/];

  test.each<[string, PlannedJob['phase'], Spec, RegExp[]]>([
    ['by an older Flink, once it is suspended', 'SUSPENDED', flink('1.20'), older],
    ['or canceled', 'CANCELED', flink('1.20'), older],
    ['or has failed', 'FAILED', flink('1.20'), older],
    ['by another program, once it is suspended', 'SUSPENDED', other, types],
    ['or waits to be brought back', 'RECOVERING', other, types],
    ['by another state backend, once it is suspended', 'SUSPENDED', rocksdb, canonical],
    ['or has failed, too', 'FAILED', rocksdb, canonical],
    ['or waits to be brought back, too', 'RECOVERING', rocksdb, canonical],
    ['by what has begun anew, is nothing', 'FINISHED', rocksdb, []],
    ['by what is as it was, is nothing', 'SUSPENDED', { restartNonce: 1 }, []],
  ])('%s', (_title, phase, spec, notes) => {
    const job = running({}, { phase, generations: [], lastRun: smallSpec({ storage }) });
    const plan = planChange(job, smallSpec({ storage, ...spec }));
    expect(plan.notes).toEqual(notes.map((note) => expect.stringMatching(note)));
  });

  test('of a job without storage is nothing', () => {
    const job = running({}, { phase: 'SUSPENDED', generations: [], lastRun: smallSpec() });
    expect(planChange(job, smallSpec({ ...flink('1.20') })).notes).toEqual([]);
  });
});
