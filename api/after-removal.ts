/** A job that is gone keeps its name until its workflow has ended, a moment later: a new job of that name waits for that. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Temporal } from '../clients/temporal/connect.ts';
import { jobWorkflowId } from '../core/names.ts';
import type { ChangeAnswer } from '../workflows/messages.ts';
import { Problem } from './problem.ts';
import type { JobRef } from './read-job.ts';

/** The removal's own record says that it has ended before the job's workflow knows, and writes the last of its records. */
const endingMs = 4_000;
const stepMs = 50;

/** @throws what `apply` throws, BEING_REMOVED too where the job is not gone by then. */
export async function afterRemoval(
  temporal: Temporal,
  ref: JobRef,
  apply: () => Promise<ChangeAnswer>,
): Promise<ChangeAnswer> {
  try {
    return await apply();
  } catch (error) {
    const isLeaving = error instanceof Problem && error.code === 'BEING_REMOVED';
    if (isLeaving && (await ends(temporal, ref).catch(() => false))) return apply();
    throw error;
  }
}

async function ends(temporal: Temporal, ref: JobRef): Promise<boolean> {
  const handle = temporal.client.workflow.getHandle(jobWorkflowId(ref));
  const last = performance.now() + endingMs;
  while ((await temporal.within(endingMs, () => handle.describe())).status.name === 'RUNNING') {
    if (performance.now() > last) return false;
    await pause(stepMs);
  }
  return true;
}
