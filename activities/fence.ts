/** Keeps an attempt that was paused for too long from acting: Temporal has given its work to another one by then. */
import { Context } from '@temporalio/activity';

/**
 * Called when an activity begins; what it returns is called just before something is made that nothing else guards.
 * The time is counted by this process's own steady clock, which goes on while the process is stopped.
 * @throws when the attempt's time is over.
 */
export function fence(): () => void {
  const startedAt = performance.now();
  const limitMs = Context.current().info.startToCloseTimeoutMs;
  return () => {
    if (performance.now() - startedAt > limitMs)
      throw new Error('this attempt is too late: another one has taken over');
  };
}
