/** A worker's build becomes the current one where it should, and the worker ends when a later build has left nothing to do for it. */
import type { NativeConnection, Worker } from '@temporalio/worker';
import { takeOverOf, type TakeOver, type TakeOverWish } from '../core/take-over.ts';
import { isDrained, makeCurrent, readRouting, type DeploymentVersion } from './deployment-version.ts';
import { untilDone } from './until-done.ts';

/** How often one that starts asks whether Temporal knows its build. */
const startCheckMs = 100;

/** How often a build that is no longer current looks whether it is still needed. */
const drainCheckMs = 5_000;

interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface TakingOver {
  readonly connection: NativeConnection;
  readonly worker: Pick<Worker, 'getState' | 'shutdown'>;
  readonly version: DeploymentVersion;
  readonly wish: TakeOverWish;
  readonly log: Log;
}

/** Goes on until the worker ends. */
export async function takeOver(one: TakingOver): Promise<void> {
  const { worker, log } = one;
  await untilDone(worker, { everyMs: startCheckMs, what: 'see which build is current', log }, async () => {
    await settleCurrent(one);
    return true;
  });
  // Whoever leaves it to others which build is current has them end its workers, too.
  if (one.wish !== 'never') await endWhenDrained(one);
}

/** Who comes second of two that start at once is refused, and looks again: it is another build's turn by then. */
async function settleCurrent({ connection, version, wish, log }: TakingOver): Promise<void> {
  const routing = await readRouting(connection, version);
  const decision = takeOverOf(wish, routing);
  if (decision === 'takeOver') await makeCurrent(connection, version, routing);
  const { own: buildId, current } = routing;
  const [level, message] = said[decision];
  log[level]({ buildId, ...(current !== undefined && current !== buildId && { otherBuild: current }) }, message);
}

const said: Readonly<Record<TakeOver, readonly ['info' | 'warn', string]>> = {
  isCurrent: ['info', 'this build is current'],
  takeOver: ['info', 'this build is current'],
  notAsked: [
    'info',
    'another build stays current: with DREY_MAKE_CURRENT=true this one takes over, or with force where it was current before',
  ],
  wasReplaced: [
    'warn',
    'another build has taken over from this one and stays current: this worker only goes on with what its build has begun. ' +
      'To go back to this build, start it with DREY_MAKE_CURRENT=force',
  ],
};

/** One that nothing needed from the start stays: what has started it, though its build is drained, would do so again and again. */
async function endWhenDrained({ connection, worker, version, log }: TakingOver): Promise<void> {
  let wasNeeded = false;
  await untilDone(worker, { everyMs: drainCheckMs, what: 'see whether this build is still needed', log }, async () => {
    const drained = await isDrained(connection, version);
    wasNeeded ||= !drained;
    return drained && wasNeeded;
  });
  if (worker.getState() !== 'RUNNING') return;
  log.info({ buildId: version.buildId }, 'this build is drained');
  worker.shutdown();
}
