/** A job's pods, deleted at once; and their Java processes as this machine sees them, killed as by the kernel, or standing still, while the pods stay. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { ObjectOf } from '../../clients/kubernetes/kinds.ts';
import { labels } from '../../core/names.ts';
import { namespace } from './e2e-job.ts';
import { kubernetes } from './running-stack.ts';

export type FlinkProcess = 'jobmanager' | 'taskmanager';

/** Deletes a job's pods of all generations at once. @throws when there is none. */
export async function killPods(job: string, component: FlinkProcess): Promise<void> {
  if ((await deletedPods(job, component)) === 0) throw new Error(`${job} has no ${component}`);
}

/** The same where there may be none. @returns how many there were */
export async function deletedPods(job: string, component: FlinkProcess): Promise<number> {
  const client = kubernetes();
  try {
    const labelSelector = `${labels.job}=${job},${labels.component}=${component}`;
    const pods = (await client.list('Pod', namespace, { labelSelector })).filter(mayRun);
    const deleted = await Promise.all(
      pods.map(({ metadata }) => client.delete('Pod', namespace, metadata.name, { gracePeriodSeconds: 0 })),
    );
    return deleted.filter(Boolean).length;
  } finally {
    client.close();
  }
}

/** One that has ended, or is on its way out, is no loss. */
function mayRun({ metadata, status }: ObjectOf<'Pod'>): boolean {
  return metadata.deletionTimestamp === undefined && status?.phase !== 'Failed' && status?.phase !== 'Succeeded';
}

/** Ends them, or lets them stand still by SIGSTOP. @throws when there is none. */
export async function killProcessesOf(
  job: string,
  component: FlinkProcess,
  signal: NodeJS.Signals = 'SIGKILL',
): Promise<void> {
  const client = kubernetes();
  const pods = await client.list('Pod', namespace, {
    labelSelector: `${labels.job}=${job},${labels.component}=${component}`,
  });
  client.close();
  const names = new Set(pods.map(({ metadata }) => metadata.name));
  const found = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry) && names.has(podOf(entry) ?? ''));
  if (found.length === 0) throw new Error(`no ${component} of ${job} runs`);
  for (const pid of found) process.kill(Number(pid), signal);
}

/** The pod whose Java process this is, by the host name that Kubernetes gives it. */
function podOf(pid: string): string | undefined {
  try {
    if (!readlinkSync(`/proc/${pid}/exe`).endsWith('/java')) return undefined;
    return /(?:^|\0)HOSTNAME=([^\0]+)/.exec(readFileSync(`/proc/${pid}/environ`, 'utf8'))?.[1];
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}
