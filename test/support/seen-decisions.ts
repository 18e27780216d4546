/** Decisions of a real autoscaler as people see them: by the API, by the command line, in the Temporal UI; and that there are none. */
import { expect } from '@jest/globals';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import type { temporal as temporalApi } from '@temporalio/proto';
import type { Decision, DecisionSummary } from '../../clients/drey/autoscaler-shapes.ts';
import type { AutoscalerInput } from '../../core/autoscaler/decision.ts';
import { autoscalerWorkflowId, clusterWorkflowId, jobWorkflowId } from '../../core/names.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { tenant } from './e2e-job.ts';
import { cli, drey, temporal } from './running-stack.ts';
import { measuredFor, windows } from './scaled-job.ts';

/** The oldest first. */
export async function decisionsOf(name: string): Promise<readonly DecisionSummary[]> {
  const { items } = await drey().listDecisions({ tenant, name });
  return items.toSorted((one, other) => one.number - other.number);
}

/** Waits for the first decision from this number on of which one of these has become. */
export function decided(name: string, from: number, ...outcomes: readonly string[]): Promise<DecisionSummary> {
  const look = async () => {
    const all = (await decisionsOf(name)).filter(({ number }) => number >= from);
    const found = all.find(({ outcome }) => outcomes.includes(outcome));
    if (found) return found;
    throw new Error(`there are ${all.map((one) => `${one.outcome} (${one.why?.text ?? ''})`).join(', ') || 'none'}`);
  };
  return waitUntil(look, { what: `${name} to decide: ${outcomes.join(', ')}`, timeoutMs: 400_000, stepMs: 200 });
}

/** Waits until the job would be judged by a full window, asking for that, and gives the decision that says so. */
export function judgedAs(name: string, code: string): Promise<Decision> {
  const look = async () => {
    const asked = await cli('autoscale', name, '--now', '--wait', '-o', 'json');
    const decision = JSON.parse(asked.stdout) as Decision;
    if (decision.reasons[0]?.code === code) return decision;
    throw new Error(`it is ${decision.reasons[0]?.text ?? asked.stderr}`);
  };
  return waitUntil(look, { what: `${name} to be judged as ${code}`, timeoutMs: 300_000, stepMs: 10_000 });
}

/** Runs and events of every workflow that looks after the job: what is the same twice has cost no action meanwhile. */
async function histories(name: string): Promise<Record<string, string>> {
  const client = await temporal();
  const job = { tenant, name };
  const ids = [jobWorkflowId(job), autoscalerWorkflowId(job), clusterWorkflowId('local')];
  const lengths = await Promise.all(
    ids.map(async (id) => {
      const found = await client.workflow
        .getHandle(id)
        .describe()
        .catch(() => undefined);
      return [id, found ? `${found.historyLength} events of ${found.runId}` : 'none'] as const;
    }),
  );
  await client.connection.close();
  return Object.fromEntries(lengths);
}

/** Nothing is done about the job while it is measured for two windows; what had begun before may end in the seconds before that. */
export async function expectNoActions(name: string): Promise<void> {
  const settle = async () => {
    const before = await histories(name);
    await measuredFor(name, windows.windowMs / 2);
    expect(await histories(name)).toEqual(before);
    return before;
  };
  const settled = await waitUntil(settle, { what: `${name} to settle`, timeoutMs: 120_000, stepMs: 100 });
  const decisions = (await decisionsOf(name)).length;
  await measuredFor(name, 2 * windows.windowMs);
  expect(await histories(name)).toEqual(settled);
  expect(await decisionsOf(name)).toHaveLength(decisions);
}

/** One that changes something, or not. */
type Shown = Pick<DecisionSummary, 'number' | 'id' | 'reasons'> & Partial<Pick<DecisionSummary, 'changes'>>;

/** The decision can be read by the command line, and in the Temporal UI, with why. */
export async function expectReadable(name: string, { number, id, changes = [], reasons }: Shown): Promise<void> {
  const listed = await cli('autoscaler', name);
  for (const { from, to } of changes) expect(listed.stdout).toContain(`${from}→${to}`);
  expect(listed.stdout).toContain(reasons[0]?.text);
  const explained = await cli('autoscaler', name, '--explain', String(number));
  expect(explained.stdout).toContain(`${number} (${id})`);
  expect(explained.stdout).toContain('TRUE_PROCESSING_RATE');
  const { input, result, summary } = await decisionInHistory(name, id);
  expect(summary).toMatch(/^Decide by \d+ samples with drey: /);
  expect(result.reasons).toEqual(reasons);
  expect(input.samples.length).toBeGreaterThan(2);
  expect(await detailsOf(name)).toContain(reasons[0]?.text);
}

interface Recorded {
  /** Of a job with as few vertices, no sample is packed. */
  readonly input: AutoscalerInput;
  readonly result: { readonly id: string; readonly reasons: unknown };
  readonly summary: string;
}

/** A decision with its input, as Temporal keeps it. @throws where the history has none or two of that id. */
export async function decisionInHistory(name: string, id: string): Promise<Recorded> {
  const client = await temporal();
  const { events } = await client.workflow.getHandle(autoscalerWorkflowId({ tenant, name })).fetchHistory();
  await client.connection.close();
  const found = (events ?? [])
    .flatMap((event) => recordedIn(event, events ?? []))
    .filter(({ result }) => result.id === id);
  expect(found).toHaveLength(1);
  return found[0] as Recorded;
}

type Event = temporalApi.api.history.v1.IHistoryEvent;

function recordedIn({ activityTaskCompletedEventAttributes: done }: Event, events: readonly Event[]): Recorded[] {
  if (!done) return [];
  const asked = events.find(({ eventId }) => String(eventId) === String(done.scheduledEventId));
  const scheduled = asked?.activityTaskScheduledEventAttributes;
  if (scheduled?.activityType?.name !== 'decideScaling') return [];
  const { input } = decoded(scheduled.input?.payloads?.[0]) as Pick<Recorded, 'input'>;
  const result = decoded(done.result?.payloads?.[0]) as Recorded['result'];
  return [{ input, result, summary: String(decoded(asked?.userMetadata?.summary)) }];
}

function decoded(payload: Payload | null | undefined): unknown {
  return payload ? defaultPayloadConverter.fromPayload(payload) : undefined;
}

async function detailsOf(name: string): Promise<string> {
  const client = await temporal();
  const handle = client.workflow.getHandle(autoscalerWorkflowId({ tenant, name }));
  const metadata = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
  await client.connection.close();
  return metadata.currentDetails ?? '';
}
