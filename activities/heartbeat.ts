/** Keeps a long activity alive in Temporal's eyes, and tells it when nobody waits for it any more. */
import { Context } from '@temporalio/activity';

/** Well under the 10 s after which Temporal gives the activity to another agent. */
const everyMs = 2_000;

/**
 * Runs `act` with heartbeats. Its signal is aborted when the activity is cancelled or its worker shuts down.
 * @throws whatever `act` throws; the cancellation once `act` has ended because of it.
 */
export async function withHeartbeat<T>(act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(), everyMs);
  context.heartbeat();
  try {
    return await act(context.cancellationSignal);
  } catch (error) {
    if (context.cancellationSignal.aborted) await context.cancelled;
    throw error;
  } finally {
    clearInterval(timer);
  }
}
