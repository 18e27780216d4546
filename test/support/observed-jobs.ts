/** Jobs of a control plane under test whose workflows are told what an agent would have seen of them. */
import type { Client } from '@temporalio/client';
import { expect } from '@jest/globals';
import type { JobView } from '../../core/job.ts';
import type { Observation } from '../../core/observation/observation.ts';
import { jobObservedName, type JobObservedSignal } from '../../core/observation/signal.ts';
import type { OperationRecord } from '../../core/operation.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import type { Caller } from './api-caller.ts';
import { found, type SpecChange } from './findings.ts';
import { observation } from './observation-fixture.ts';
import { specInput } from './records.ts';

/** How the control plane is reached, once it is there. */
export interface Reached {
  readonly call: Caller;
  readonly client: Client;
}

/** Which of a job's Flink clusters was seen. */
export type SeenOf = 'generation' | 'candidate';

/** Of a job, in the API. */
export function path(name: string): string {
  return `/v1/tenants/default/jobs/${name}`;
}

export function observedJobs(reached: () => Reached) {
  let seq = 0;
  const viewOf = async (name: string): Promise<JobView> => (await reached().call('GET', path(name))).body;
  const operationsOf = async (name: string): Promise<OperationRecord[]> =>
    (await reached().call('GET', `${path(name)}/operations`)).body.items;

  function eventually(name: string, isIt: (job: JobView) => boolean): Promise<JobView> {
    const seen = async () => {
      const job = await viewOf(name);
      return isIt(job) && job;
    };
    return waitUntil(seen, { what: `${name} to be as it should`, timeoutMs: 60_000, stepMs: 100 });
  }

  /** Applies it. */
  async function apply(name: string, spec: object = {}): Promise<void> {
    const input = specInput(name);
    const answer = await reached().call('PUT', path(name), { body: { ...input, spec: { ...input.spec, ...spec } } });
    expect([201, 202]).toContain(answer.status);
  }

  async function running(name: string, spec: object = {}): Promise<JobView> {
    await apply(name, spec);
    return eventually(name, ({ phase }) => phase === 'RUNNING');
  }

  /** Says what an agent would have seen of the submission that runs. */
  async function tell(
    name: string,
    seen: Partial<Observation>,
    spec: SpecChange = {},
    whose: SeenOf = 'generation',
  ): Promise<void> {
    const job = await viewOf(name);
    seq += 1;
    const generation = job[whose]?.number ?? 0;
    const of = { uid: job.uid, generation, submission: await submissionOf(name, generation) };
    const order = { attemptMs: 1_000, seq, elapsedMs: 0 };
    const finding = found({ ...seen, ...of }, spec);
    const signal: JobObservedSignal = {
      observation: observation({ ...seen, ...of, order }),
      ...(finding && { finding }),
    };
    await reached().client.workflow.getHandle(`job/default/${name}`).signal(jobObservedName, signal);
  }

  /** That of the operation that has brought the generation up. */
  async function submissionOf(name: string, generation: number): Promise<number> {
    const all = (await operationsOf(name)).toReversed();
    return 2 * (all.find((one) => one.generation === generation)?.number ?? 0);
  }

  return { viewOf, operationsOf, eventually, apply, running, tell };
}
