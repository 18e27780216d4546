/** Every way a deploy commonly fails ends it within a bound, with the reason and the cure; a good spec then mends it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { applied, e2eJob, objectsOf, removed, small, type JobWish } from '../support/e2e-job.ts';
import { cli, stateVolume } from '../support/running-stack.ts';

const name = 'broken';
const quick = {
  schedule: '2m',
  imagePull: '2m',
  jobManager: '2m',
  slots: '2m',
  submit: '2m',
  running: '60s',
  checkpoint: '60s',
};
/** For what is only told when its time is up. */
const schedule = { deadlines: { ...quick, schedule: '15s' } };
const imagePull = { deadlines: { ...quick, imagePull: '30s' } };

interface Case {
  readonly title: string;
  readonly wish: JobWish;
  readonly code: string;
  /** What the message or the evidence must name. */
  readonly names: RegExp;
}

const noFolder = 'no-folder';
const cases: readonly Case[] = [
  {
    title: 'an image that does not exist',
    wish: { flink: { image: 'drey.dev/none:1' }, spec: imagePull },
    code: 'IMAGE_NOT_PULLED',
    names: /drey\.dev\/none:1/,
  },
  {
    title: 'an image that does not exist, with two JobManagers in application mode',
    wish: {
      mode: 'application',
      flink: { image: 'drey.dev/none:1' },
      spec: { ...imagePull, jobManager: { replicas: 2, resources: small('512Mi') } },
    },
    code: 'IMAGE_NOT_PULLED',
    names: /drey\.dev\/none:1/,
  },
  {
    title: 'more CPU than any node has',
    wish: {
      spec: {
        ...schedule,
        taskManager: { resources: { requests: { cpu: '64', memory: '768Mi' }, limits: { memory: '768Mi' } } },
      },
    },
    code: 'NOT_SCHEDULABLE',
    names: /cpu/i,
  },
  {
    title: 'pods that Kubernetes does not take, in application mode',
    wish: {
      mode: 'application',
      spec: { jobManager: { resources: small('512Mi'), podTemplate: { spec: { priorityClassName: 'absent' } } } },
    },
    code: 'OBJECTS_REFUSED',
    names: /PriorityClass/i,
  },
  {
    title: 'a JVM option that the JVM refuses',
    wish: {
      spec: {
        jobManager: {
          podTemplate: {
            spec: {
              containers: [
                { name: 'flink-main-container', env: [{ name: 'JAVA_TOOL_OPTIONS', value: '-Xmxnonsense' }] },
              ],
            },
          },
        },
      },
    },
    code: 'CRASH_LOOP',
    names: /nonsense/,
  },
  {
    title: 'an entry class that is not in the jar',
    wish: { job: { entryClass: 'org.example.Missing' } },
    code: 'ENTRY_CLASS_MISSING',
    names: /org\.example\.Missing/,
  },
  {
    title: 'a jar that is not in the image',
    wish: { job: { jarUri: 'local:///opt/flink/examples/none.jar' } },
    code: 'JAR_MISSING',
    names: /none\.jar/,
  },
  {
    title: 'a main method that throws',
    wish: { job: { args: ['--rps', 'many'] } },
    code: 'MAIN_METHOD_THREW',
    names: /NumberFormatException|many/,
  },
  {
    title: 'a main method that throws, in application mode',
    wish: { mode: 'application', job: { args: ['--rps', 'many'] } },
    code: 'MAIN_METHOD_THREW',
    names: /NumberFormatException|many/,
  },
  {
    title: 'an entry class that is not in the jar, in application mode without high availability',
    wish: { mode: 'application', withoutStorage: true, job: { entryClass: 'org.example.Missing' } },
    code: 'ENTRY_CLASS_MISSING',
    names: /org\.example\.Missing/,
  },
  {
    title: 'fewer slots than the parallelism needs',
    wish: {
      job: { parallelism: 2 },
      spec: {
        ...schedule,
        taskManager: { slots: 1, resources: { requests: { cpu: '20', memory: '768Mi' }, limits: { memory: '768Mi' } } },
      },
    },
    code: 'NOT_SCHEDULABLE',
    names: /cpu/i,
  },
  {
    title: 'a folder for checkpoints that cannot be made',
    wish: {
      spec: {
        storage: {
          volumeClaim: { name: 'flink-state', mountPath: '/flink-state' },
          checkpoints: `file:///flink-state/${noFolder}/checkpoints`,
        },
      },
    },
    code: 'STORAGE_UNUSABLE',
    names: /no-folder/,
  },
  {
    title: 'a storage whose file system the image does not have',
    wish: {
      spec: {
        storage: {
          volumeClaim: { name: 'flink-state', mountPath: '/flink-state' },
          checkpoints: 's3://no-bucket/checkpoints',
        },
      },
    },
    code: 'STORAGE_UNUSABLE',
    names: /s3/,
  },
  {
    title: 'a storage that its JobManager cannot use either, in application mode',
    wish: { mode: 'application', spec: { storage: { root: 's3://no-bucket/state' } } },
    code: 'STORAGE_UNUSABLE',
    names: /s3/,
  },
];

beforeAll(() => {
  writeFileSync(join(stateVolume(), noFolder), 'a file where a folder should be');
});

afterAll(() => removed(name).catch(() => undefined), 120_000);

describe('a deploy fails, and says why', () => {
  test.each(cases.map((one) => [one.title, one] as const))(
    '%s',
    async (_title, { wish, code, names }) => {
      const operation = await applied(e2eJob(name, { ...wish, spec: { deadlines: quick, ...wish.spec } }), 300_000);
      expect(operation).toMatchObject({ state: 'failed', failure: { code } });
      expect(`${operation.failure?.message} ${operation.failure?.evidence}`).toMatch(names);
      expect(operation.failure?.cure.length).toBeGreaterThan(20);
      expect((await cli('describe', 'job', name)).stdout).toContain(code);
      expect(await objectsOf(name)).toEqual([]);
    },
    330_000,
  );

  test('and a good spec mends it', async () => {
    expect(await applied(e2eJob(name))).toMatchObject({ state: 'succeeded' });
  }, 300_000);
});
