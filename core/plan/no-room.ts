/** Whether two Flink clusters did not fit beside each other. */
import type { Failure } from '../failure.ts';

/** A failure, or what is remembered of one. */
type Said = Omit<Failure, 'code' | 'cure'> & { readonly code: string; readonly cure?: string };

/** Told by the scheduler, or by a namespace's quota, of the one that was to come up. */
export function isNoRoom({ code, message, evidence = '' }: Said): boolean {
  return code === 'NOT_SCHEDULABLE' || (code === 'OBJECTS_REFUSED' && /exceeded quota/.test(`${message} ${evidence}`));
}
