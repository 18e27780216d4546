/** The diagnosis on statuses and events that a real kubelet and scheduler wrote, and on the same with small changes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { PodClock } from '../../../core/diagnosis/pod-finding.ts';
import { hasScheduled, hasStarted, isUp } from '../../../core/diagnosis/pod-progress.ts';
import type { ContainerStatusSeen, EventSeen, PodSeen } from '../../../core/diagnosis/pod-seen.ts';
import { diagnosePods } from '../../../core/diagnosis/pods.ts';

interface Recorded {
  readonly pod: PodSeen;
  readonly events: readonly EventSeen[];
}

const path = join(import.meta.dirname, '../../golden/pods.json');
const recorded = JSON.parse(readFileSync(path, 'utf8')) as Record<string, Recorded>;

/** All pods were made at 12:14:46. */
const madeAt = Date.parse('2026-11-21T12:14:46Z');
const clock = (secondsLater: number, deadlines: Partial<PodClock> = {}): PodClock => {
  return { now: madeAt + secondsLater * 1000, scheduleMs: 120_000, imagePullMs: 300_000, ...deadlines };
};

function one(name: string): Recorded {
  const found = recorded[name];
  if (!found) throw new Error(`nothing recorded as ${name}`);
  return found;
}

function diagnose(name: string, secondsLater = 45) {
  const { pod, events } = one(name);
  return diagnosePods([pod], events, clock(secondsLater));
}

const answers = (message: string, more: Partial<ContainerStatusSeen> = {}): PodSeen => {
  const { pod } = one('no-host');
  const status = { ...(pod.status?.containerStatuses?.[0] as ContainerStatusSeen), ...more };
  const state = { waiting: { reason: 'ErrImagePull', message } };
  return { ...pod, status: { ...pod.status, containerStatuses: [{ ...status, state }] } };
};

const running = (more: Partial<ContainerStatusSeen>): PodSeen => {
  const { pod } = one('ready');
  const [status] = pod.status?.containerStatuses ?? [];
  return { ...pod, status: { ...pod.status, containerStatuses: [{ ...(status as ContainerStatusSeen), ...more }] } };
};
const ended = (exitCode: number, finishedAt: string) => ({ terminated: { exitCode, reason: 'Error', finishedAt } });

describe('what will not mend itself', () => {
  test.each([
    [
      'invalid-name',
      'IMAGE_NOT_PULLED',
      'Image Not An Image is not a valid image name (pod invalid-name, container flink-main-container).',
    ],
    [
      'never-pull',
      'IMAGE_NOT_PULLED',
      'Image drey.local/none:1 is not on the node, and the pull policy is Never (pod never-pull, container flink-main-container).',
    ],
    [
      'secret-env',
      'POD_NOT_STARTED',
      'Container flink-main-container of pod secret-env cannot be started: secret db-password does not exist.',
    ],
    [
      'secret-key',
      'POD_NOT_STARTED',
      "Container flink-main-container of pod secret-key cannot be started: couldn't find key p in Secret jobs/present.",
    ],
    [
      'secret-volume',
      'POD_NOT_STARTED',
      'Pod secret-volume cannot start, volume certs: secret tls-certs does not exist.',
    ],
    ['root', 'POD_NOT_STARTED', expect.stringContaining("container's runAsUser breaks non-root policy")],
    [
      'no-command',
      'POD_NOT_STARTED',
      expect.stringContaining(
        'cannot be started: exec: "/nosuch/command": stat /nosuch/command: no such file or directory.',
      ),
    ],
    [
      'no-claim',
      'NOT_SCHEDULABLE',
      'Pod no-claim cannot be scheduled: there is no PersistentVolumeClaim flink-stat in the namespace.',
    ],
    [
      'crashing',
      'CRASH_LOOP',
      'Container flink-main-container of pod crashing ends with exit code 3, after 2 restarts.',
    ],
    [
      'oom',
      'OUT_OF_MEMORY',
      'Kubernetes killed container flink-main-container of pod oom: it used more than its limit of 16Mi.',
    ],
    ['jar-missing', 'JAR_MISSING', 'The jar of spec.job.jarUri is not in image drey.dev/flink:2.3.'],
    [
      'ended',
      'CRASH_LOOP',
      expect.stringMatching(/^Container flink-main-container of pod ended-\w+ ends with exit code 1\.$/),
    ],
  ])('%s is %s', (name, code, message) => {
    const { failure } = diagnose(name);
    expect(failure).toMatchObject({ code, message, cure: expect.stringMatching(/^[A-Z].*\.$/) });
  });

  test('names the container whose log tells more, and which of its runs', () => {
    expect(diagnose('crashing').culprit).toEqual({
      pod: 'crashing',
      container: 'flink-main-container',
      previous: true,
    });
    expect(diagnose('ended').culprit).toMatchObject({ container: 'flink-main-container', previous: false });
    expect(diagnose('jar-missing').culprit).toMatchObject({ container: 'copy-jar' });
  });

  test.each([
    [
      'pod-security',
      /^Kubernetes refuses to make a pod: .*violates PodSecurity "restricted:latest"/,
      /Correct what the policy/,
    ],
    ['quota', /^Kubernetes refuses to make a pod: .*exceeded quota: q/, /Raise the namespace's quota/],
  ])('pods that are not even made: %s', (name, message, cure) => {
    const verdict = diagnosePods([], one(name).events, clock(45));
    expect(verdict.failure).toMatchObject({
      code: 'OBJECTS_REFUSED',
      message: expect.stringMatching(message),
      cure: expect.stringMatching(cure),
    });
    expect(diagnosePods([], one(name).events, clock(300))).toEqual({ waiting: 'no pod has been made yet' });
  });

  test('pods of one workload are refused while those of another run, until they are made after all', () => {
    const { events } = one('quota');
    const other = one('ready').pod;
    expect(diagnosePods([other], events, clock(45)).failure?.code).toBe('OBJECTS_REFUSED');
    const workload = events.find(({ reason }) => reason === 'FailedCreate')?.involvedObject.name ?? '';
    const metadata = {
      ...other.metadata,
      name: `${workload}-x1`,
      creationTimestamp: new Date(madeAt + 44_000).toISOString(),
    };
    expect(diagnosePods([other, { ...other, metadata }], events, clock(45))).toEqual({});
  });
});

describe('what may pass is given its time', () => {
  test.each([
    [
      'too-big',
      119,
      121,
      'No node takes pod too-big: 0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory.',
    ],
    [
      'no-node',
      119,
      121,
      "No node takes pod no-node: 0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.",
    ],
    [
      'no-host',
      299,
      301,
      'Image registry.invalid/none:1 could not be pulled within 300 s (pod no-host, container flink-main-container).',
    ],
    ['secret-env', 14, 16, expect.stringContaining('secret db-password')],
    ['secret-volume', 14, 16, expect.stringContaining('secret tls-certs')],
    ['no-claim', 14, 16, expect.stringContaining('flink-stat')],
  ])('%s waits at %i s and has failed at %i s', (name, before, after, message) => {
    expect(diagnose(name, before).waiting).toMatch(/^pod \S+ (?:waits for|starts)/);
    expect(diagnose(name, after).failure?.message).toEqual(message);
  });

  test('unless the cluster autoscaler says that it cannot help', () => {
    const { pod, events } = one('too-big');
    const involvedObject = { kind: 'Pod', name: 'too-big', uid: pod.metadata.uid ?? '' };
    const hopeless = [
      ...events,
      { reason: 'NotTriggerScaleUp', message: "pod didn't trigger scale-up", involvedObject },
    ];
    expect(diagnosePods([pod], hopeless, clock(20)).failure?.code).toBe('NOT_SCHEDULABLE');
  });
});

describe('a registry', () => {
  test.each([
    [
      'rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/flink:9": failed to resolve reference "docker.io/library/flink:9": docker.io/library/flink:9: not found',
      'does not exist',
    ],
    [
      'failed to pull and unpack image "ghcr.io/a/b:1": failed to resolve reference "ghcr.io/a/b:1": failed to authorize: failed to fetch anonymous token: unexpected status from GET request: 401 Unauthorized',
      'may not be pulled',
    ],
    [
      'failed to resolve reference "docker.io/library/nope:1": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
      'may not be pulled',
    ],
    ['no match for platform in manifest: not found', "is not made for the node's processor"],
  ])('that answers «%s» will not answer otherwise', (message, words) => {
    const { failure } = diagnosePods([answers(message)], [], clock(10));
    expect(failure?.message).toContain(words);
    expect(failure?.evidence).toBe(message);
  });

  test.each([
    'dial tcp: lookup registry.example.com: no such host',
    'unexpected status code 503 Service Unavailable',
    'i/o timeout',
  ])('that answers «%s» is asked again', (message) => {
    expect(diagnosePods([answers(message)], [], clock(10)).waiting).toContain(
      'waits for image registry.invalid/none:1',
    );
  });

  test("of an older kubelet is known by the event's answer", () => {
    const { pod } = one('no-host');
    const message = 'Failed to pull image "registry.invalid/none:1": registry.invalid/none:1: not found';
    const event = {
      reason: 'Failed',
      message,
      involvedObject: { name: pod.metadata.name, uid: pod.metadata.uid ?? '' },
    };
    const backOff = answers('Back-off pulling image "registry.invalid/none:1"');
    expect(diagnosePods([backOff], [event], clock(10)).failure?.evidence).toBe(message);
  });
});

describe('what is no failure', () => {
  test('pods that are ready', () => {
    expect(diagnose('ready')).toEqual({});
  });

  test('one end of a container', () => {
    const pod = running({ restartCount: 1, lastState: ended(1, '2026-11-21T12:14:50Z') });
    expect(diagnosePods([pod], [], clock(45))).toEqual({});
  });

  test('ends that are long past', () => {
    const pod = running({ restartCount: 5, lastState: ended(137, '2026-11-21T12:14:50Z') });
    expect(diagnosePods([pod], [], clock(45)).failure?.message).toContain('exit code 137 (SIGKILL), after 5 restarts');
    expect(diagnosePods([pod], [], clock(3600))).toEqual({});
  });

  test('a pod that is being deleted, whatever its state', () => {
    const { pod } = one('crashing');
    const deleted = { ...pod, metadata: { ...pod.metadata, deletionTimestamp: '2026-11-21T12:15:00Z' } };
    expect(diagnosePods([deleted, one('ready').pod], [], clock(45))).toEqual({});
    expect(diagnosePods([deleted], [], clock(45))).toEqual({ waiting: 'no pod has been made yet' });
  });

  test('a pod of a Deployment that was evicted', () => {
    const { pod } = one('ready');
    const owner = { ...pod.metadata, ownerReferences: [{ kind: 'ReplicaSet' }] };
    const status = {
      phase: 'Failed',
      reason: 'Evicted',
      containerStatuses: [
        {
          ...(pod.status?.containerStatuses?.[0] as ContainerStatusSeen),
          ready: false,
          state: ended(137, '2026-11-21T12:15:00Z'),
        },
      ],
    };
    expect(diagnosePods([{ ...pod, metadata: owner, status }], [], clock(45)).failure).toBeUndefined();
  });
});

test('one bad pod among good ones decides', () => {
  const names = ['ready', 'crashing'];
  const verdict = diagnosePods(
    names.map((name) => one(name).pod),
    names.flatMap((name) => one(name).events),
    clock(45),
  );
  expect(verdict.culprit?.pod).toBe('crashing');
});

test.each([
  ['ready', true, true, true],
  ['crashing', true, true, false],
  ['jar-missing', true, true, false],
  ['no-host', true, false, false],
  ['secret-volume', true, false, false],
  ['too-big', false, false, false],
])('%s: scheduled %s, started %s, up %s', (name, scheduled, started, up) => {
  expect(hasScheduled(one(name).pod)).toBe(scheduled);
  expect(hasStarted(one(name).pod)).toBe(started);
  expect(isUp(one(name).pod)).toBe(up);
});
