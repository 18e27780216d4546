/** Waits for something of a Flink cluster while its pods are watched: a pod that cannot come up ends the wait at once. */
import { setTimeout as pause } from 'node:timers/promises';
import type { FlinkClient } from '../../clients/flink/client.ts';
import { FlinkRestError, FlinkUnreachable } from '../../clients/flink/errors.ts';
import type { Failure } from '../../core/failure.ts';
import type { Generation } from '../../core/generation.ts';
import { failed } from '../failures.ts';
import type { ClusterDependencies } from './dependencies.ts';
import { PodTrouble } from './pod-trouble.ts';
import { PollPace } from './poll-pace.ts';

const pollEveryMsMax = 500;

export interface Supervision<T> {
  readonly generation: Generation;
  readonly signal: AbortSignal;
  readonly waitMs: number;
  /** Whether pods may be in trouble: true where what is waited for is to mend that. */
  readonly despitePods?: boolean;
  /** Gives a value when what is waited for is there; a Flink that does not answer counts as "not yet". */
  look(flink: FlinkClient, signal: AbortSignal): Promise<T | undefined>;
  /** Said when the time is up. @param lastSilence why Flink did not answer when last asked, if it did not. */
  whenTimeIsUp(lastSilence: string | undefined): Failure;
}

/** @throws ApplicationFailure with the diagnosis of a pod in trouble, or `whenTimeIsUp`. */
export async function supervise<T>(dependencies: ClusterDependencies, wanted: Supervision<T>): Promise<T> {
  if (wanted.despitePods) return poll(dependencies, wanted);
  const ending = new AbortController();
  const signal = AbortSignal.any([wanted.signal, ending.signal]);
  const watched = new PodTrouble(dependencies, wanted.generation).watch({ signal, waitMs: wanted.waitMs + 60_000 });
  try {
    return await Promise.race([
      poll(dependencies, { ...wanted, signal }),
      watched.then((trouble) => Promise.reject(failed(trouble))),
    ]);
  } finally {
    ending.abort();
    await watched.catch(() => undefined);
  }
}

async function poll<T>(dependencies: ClusterDependencies, wanted: Supervision<T>): Promise<T> {
  const flink = dependencies.flink(wanted.generation);
  const deadline = performance.now() + wanted.waitMs;
  const pace = new PollPace(pollEveryMsMax);
  let silence: string | undefined;
  for (;;) {
    try {
      const seen = await wanted.look(flink, wanted.signal);
      if (seen !== undefined) return seen;
      silence = undefined;
    } catch (error) {
      // A Flink that starts or loses its leader refuses for a while: only a refusal that lasts counts.
      if (!(error instanceof FlinkUnreachable || error instanceof FlinkRestError)) throw error;
      silence = error.message;
    }
    if (performance.now() > deadline) throw failed(wanted.whenTimeIsUp(silence));
    await pause(pace.nextMs(), undefined, { signal: wanted.signal });
  }
}
