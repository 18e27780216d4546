/** Real jobs whose autoscaler is active, under a load that never changes: once judged, they are to cost nothing. */
import type { Decision } from '../../clients/drey/autoscaler-shapes.ts';
import type { FlinkJobInput } from '../../core/schema/flink-job.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { e2eJob, tenant } from '../support/e2e-job.ts';
import { ledgerProgram } from '../support/ledger-spec.ts';
import { modest } from './modest-jobs.ts';
import type { BenchStack } from './support.ts';

/** Ten records a second, each of which its subtask waits for 40 ms: so it is busy for two fifths of its time, and takes no processor. */
const load = ['--rate', '10', '--wait-us', '40000', '--keys', '32'];

/** A small job with all defaults of `spec.autoscaler`. */
export function autoscaledJob(name: string): FlinkJobInput {
  return e2eJob(name, {
    job: { ...ledgerProgram, args: load },
    spec: { ...modest, autoscaler: { mode: 'active' } },
  });
}

const judgedWithinMs = 20 * 60_000;
const answeredWithinMs = 60_000;
const askedEachMs = 20_000;

/** Waits until the job was judged by a full window, and is to stay as it is: before, nobody would do anything about it either. */
export function judgedToStay({ drey }: BenchStack, name: string): Promise<Decision> {
  const job = { tenant, name };
  const look = async () => {
    const { key } = await drey.decideNow(job);
    const answered = async () => (await drey.listDecisions(job, { asked: key, limit: 1 })).items[0];
    const { number } = await waitUntil(answered, { what: 'an answer', timeoutMs: answeredWithinMs, stepMs: 500 });
    const decision = await drey.getDecision(job, number);
    if (decision.action === 'none' && decision.vertices.length > 0) return decision;
    throw new Error(`${decision.action}: ${decision.reasons[0]?.text}`);
  };
  const what = `${name} to be judged, and to stay as it is`;
  return waitUntil(look, { what, timeoutMs: judgedWithinMs, stepMs: askedEachMs });
}
