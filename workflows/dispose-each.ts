/** Deletes several savepoints, the one after the other: what keeps one keeps none of those that come after it. */
import { isCancellation } from '@temporalio/workflow';
import type { Failure } from '../core/failure.ts';
import { mayOthersGo, notAllGone } from '../core/partial-disposal.ts';
import type { CompletedSavepoint } from '../core/savepoint.ts';
import { errorOf, failureOf } from './carried-failure.ts';

/**
 * @param dispose deletes one, and says whether it was to go.
 * @returns the numbers of those that are gone.
 * @throws the first failure, once the others were tried: each try begins with the oldest, which may be refused for ever.
 */
export async function disposeEach(
  savepoints: readonly CompletedSavepoint[],
  dispose: (savepoint: CompletedSavepoint) => Promise<boolean>,
): Promise<readonly number[]> {
  const gone: number[] = [];
  const failures: Failure[] = [];
  for (const savepoint of savepoints) {
    const begunAt = Date.now();
    try {
      if (await dispose(savepoint)) gone.push(savepoint.number);
    } catch (error) {
      if (isCancellation(error)) throw error;
      const failure = failureOf(error);
      failures.push(failure);
      if (!mayOthersGo(failure, Date.now() - begunAt)) break;
    }
  }
  const [first] = failures;
  if (first) throw errorOf(notAllGone(first, numbersOf(savepoints), gone));
  return gone;
}

function numbersOf(savepoints: readonly CompletedSavepoint[]): readonly number[] {
  return savepoints.map(({ number }) => number);
}
