/** Runs the storage tool once in a short pod of the job's own image, volumes and rights: no agent needs the storage's keys. */
import { z } from 'zod';
import type { KubernetesClient } from '../../clients/kubernetes/client.ts';
import type { ObjectOf } from '../../clients/kubernetes/kinds.ts';
import { diagnosePods } from '../../core/diagnosis/pods.ts';
import type { Generation } from '../../core/generation.ts';
import { renderStoragePod, storageContainerName, storagePodName } from '../../core/manifests/storage-pod.ts';
import { hashOf } from '../../core/names.ts';
import { failed, failingInTime } from '../failures.ts';
import { anchorUid } from './anchor.ts';
import { applyOwned } from './apply-owned.ts';
import type { ClusterDependencies } from './dependencies.ts';

/** A JVM's start and a few requests to the storage; the deletion of a large folder may take minutes. */
const deadlineSeconds = 300;

/** The image has run on this cluster before, and the pod is small: it starts soon or not at all. */
const startMs = 60_000;

const answer = z.looseObject({
  found: z.boolean().optional(),
  deleted: z.boolean().optional(),
  path: z.string().optional(),
  modified: z.number().optional(),
  number: z.number().optional(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
});

export type StorageAnswer = z.output<typeof answer>;

/**
 * Runs the tool with these arguments and gives its answer. A pod of an earlier attempt with the same arguments is waited for.
 * @throws STORAGE_UNUSABLE with what the tool said.
 */
export async function runStorageTool(
  dependencies: ClusterDependencies,
  generation: Generation,
  args: readonly string[],
  signal: AbortSignal,
): Promise<StorageAnswer> {
  const { kubernetes } = dependencies;
  const { namespace } = generation.spec.spec;
  const run = hashOf(...args).slice(0, 8);
  await applyStoragePod(dependencies, generation, args, run);
  const pod = storagePodName({ generation, run });
  try {
    await ended(kubernetes, namespace, pod, signal);
    const log = await kubernetes.podLog(namespace, pod, storageContainerName, { tailLines: 20 });
    return answerIn(log, generation);
  } finally {
    // One that another attempt still waits for is made anew by it: the tool's work may be repeated.
    await kubernetes.delete('Pod', namespace, pod, { gracePeriodSeconds: 0 });
  }
}

async function applyStoragePod(
  dependencies: ClusterDependencies,
  generation: Generation,
  args: readonly string[],
  run: string,
): Promise<void> {
  const { kubernetes, storageTool } = dependencies;
  const objects = renderStoragePod({
    generation,
    anchorUid: await anchorUid(kubernetes, generation),
    defaultImage: dependencies.defaultImage(generation.spec.spec.flink.version),
    run,
    args,
    storageTool,
    deadlineSeconds,
  });
  for (const object of objects) await applyOwned(kubernetes, object);
}

async function ended(
  kubernetes: KubernetesClient,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  const timeoutMs = (deadlineSeconds + 30) * 1000;
  await failingInTime(kubernetes.watchUntil('Pod', namespace, { name }, hasEnded, { signal, timeoutMs }), () => ({
    code: 'STORAGE_UNUSABLE',
    message: `Pod ${name}, which reads the job's storage, did not end within ${timeoutMs / 1000} s.`,
    cure: 'See `kubectl describe pod` while it waits: most often a volume is not mounted. Try again then.',
  }));
}

/** @throws the diagnosis of a pod that cannot start: its image is gone, or no node takes it. */
function hasEnded(pods: readonly ObjectOf<'Pod'>[]): true | undefined {
  if (pods.some(({ status }) => status?.phase === 'Succeeded' || status?.phase === 'Failed')) return true;
  const clock = { now: Date.now(), scheduleMs: startMs, imagePullMs: startMs };
  const { failure } = diagnosePods(pods, [], clock);
  if (failure) throw failed(failure);
  return undefined;
}

/** The answer is the last line; what comes before it is what Flink's file systems log. */
function answerIn(log: string, generation: Generation): StorageAnswer {
  const last = log.trimEnd().split('\n').at(-1) ?? '';
  const parsed = answer.safeParse(parseJson(last));
  if (parsed.success && !parsed.data.error) return parsed.data;
  throw failed({
    code: 'STORAGE_UNUSABLE',
    message: `The storage of ${generation.identity.name} could not be read: ${parsed.data?.error?.message ?? 'no answer'}.`,
    cure: "See that the job's volumes and credentials still allow access to spec.storage, and try again.",
    evidence: log,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
