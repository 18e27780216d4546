/** Whether two Flink clusters did not fit beside each other. */
import type { Failure } from '../failure.ts';

/** Told by the scheduler, or by a namespace's quota, of the one that was to come up. */
export function isNoRoom({ code, message, evidence = '' }: Failure): boolean {
  return code === 'NOT_SCHEDULABLE' || (code === 'OBJECTS_REFUSED' && /exceeded quota/.test(`${message} ${evidence}`));
}
