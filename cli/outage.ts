/** An API that is away for a while: what goes on for long waits for it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { DreyApiError, DreyUnreachableError } from '../clients/drey/errors.ts';
import type { Context } from './context.ts';
import { say } from './world.ts';

/** @throws what another try would not mend */
export function ignoreOutage(error: unknown): undefined {
  if (!isOutage(error)) throw error;
}

function isOutage(error: unknown): error is DreyUnreachableError | DreyApiError {
  return error instanceof DreyUnreachableError || (error instanceof DreyApiError && error.problem.status >= 500);
}

/** Asks again and again until it is answered. Says once that the API is away, and once that it is back. */
export async function bridgeOutage<Value>(
  { world }: Pick<Context, 'world'>,
  pauseMs: number,
  ask: () => Promise<Value>,
): Promise<Value> {
  for (let isAway = false; ; isAway = true) {
    try {
      const value = await ask();
      if (isAway) say(world.err, 'Drey answers again');
      return value;
    } catch (error) {
      if (!isOutage(error)) throw error;
      if (!isAway) say(world.err, `${error.message}; trying again (Ctrl-C stops)`);
    }
    await sleep(pauseMs, undefined, { signal: world.interrupted });
  }
}
