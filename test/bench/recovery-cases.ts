/** The ways in which a job is broken, and the jobs that are broken in them. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { GenerationIdentity } from '../../core/names.ts';
import { componentSelector } from '../../core/manifests/components.ts';
import type { FlinkJobInput } from '../../core/schema/flink-job.ts';
import { e2eJob, namespace } from '../support/e2e-job.ts';
import { setFault } from '../support/ledger.ts';
import { ledgerJob } from '../support/ledger-spec.ts';
import { beganToRun, type JobAt } from './pause.ts';
import type { BenchStack } from './support.ts';

export const recoveryCases = ['taskManager', 'jobManager', 'jobManagerWithoutHa', 'jobFailed'] as const;
export type RecoveryCase = (typeof recoveryCases)[number];

/** Attempts that lasted for so long do not count for the next run, which then needs not wait. */
const recovery = { stableAfter: '5s', attempts: 20, backoff: { initial: '1s', max: '1s' } } as const;

/** How long a job must be left alone after it was brought back. */
export const restMs = 10_000;

/** The spec of the job that is broken in this way. */
export function brokenJob(name: string, broken: RecoveryCase): FlinkJobInput {
  const spec = { recovery };
  // Without storage there is no high availability; such a job begins anew, from nothing.
  if (broken === 'jobManagerWithoutHa') return e2eJob(name, { withoutStorage: true, spec });
  // Else Flink itself would bring it back.
  if (broken === 'jobFailed') return ledgerJob(name, { configuration: { 'restart-strategy.type': 'none' }, spec });
  return ledgerJob(name, { spec });
}

/** Takes away what a ledger job of this name has written before. */
export function forgetLedger({ stateVolume }: BenchStack, name: string): void {
  rmSync(join(stateVolume, 'ledger', name), { recursive: true, force: true });
}

/** Breaks the job. @returns when, in milliseconds since 1970. */
export async function breakJob(stack: BenchStack, identity: GenerationIdentity, broken: RecoveryCase): Promise<number> {
  if (broken === 'jobFailed') {
    const atMs = Date.now();
    // A word that was used before does nothing.
    setFault(join(stack.stateVolume, 'ledger', identity.name, 'control'), 'fail', `at-${atMs}`);
    return atMs;
  }
  const component = broken === 'taskManager' ? 'taskmanager' : 'jobmanager';
  const labels = Object.entries(componentSelector(identity, component));
  const labelSelector = labels.map(([key, value]) => `${key}=${value}`).join(',');
  const pods = await stack.kubernetes.list('Pod', namespace, { labelSelector });
  if (pods.length === 0) throw new Error(`${identity.name} has no pod that is a ${component}`);
  const atMs = Date.now();
  for (const { metadata } of pods)
    await stack.kubernetes.delete('Pod', namespace, metadata.name, { gracePeriodSeconds: 0 });
  return atMs;
}

/** When the last of the job's tasks began to run, where all of them run and have begun since then. */
export async function ranAgainAt(stack: BenchStack, job: JobAt, sinceMs: number): Promise<number | undefined> {
  try {
    const listed = (await stack.flinkOf(job.name).jobs()).find(({ id }) => id === job.flinkJobId);
    if (listed?.state !== 'RUNNING' || listed.tasksTotal === 0 || listed.tasks.RUNNING !== listed.tasksTotal)
      return undefined;
    const times = await beganToRun(stack, job);
    return times.length === listed.tasksTotal && times.every((at) => at > sinceMs) ? Math.max(...times) : undefined;
  } catch {
    // Nothing answers, or not yet for this job.
    return undefined;
  }
}
