/** Reads decisions of autoscalers, and forgets old ones. */
import type { AutoscalerInput } from '../../core/autoscaler/decision.ts';
import { unpackedInput, type ToldInput } from '../../core/autoscaler/packed-samples.ts';
import type { DecisionRecord } from '../../core/scaling/decision-record.ts';
import type { Postgres } from './connect.ts';

export interface DecisionFilter {
  readonly uid: string;
  /** Only the one that was asked for with this key. */
  readonly asked?: string | undefined;
}

/** A job's decisions, newest first; `before` is the number that the page before ended with. */
export async function listDecisions(
  postgres: Postgres,
  { uid, asked }: DecisionFilter,
  limit: number,
  before?: number,
): Promise<DecisionRecord[]> {
  const { rows } = await postgres.query<{ record: DecisionRecord }>(
    `select record from decisions
     where uid = $1 and ($2::text is null or asked = $2) and ($3::integer is null or number < $3)
     order by number desc
     limit $4`,
    [uid, asked ?? null, before ?? null, limit],
  );
  return rows.map((row) => row.record);
}

/** The newest decision of a job; undefined where there is none. */
export async function latestDecision(postgres: Postgres, uid: string): Promise<DecisionRecord | undefined> {
  return (await listDecisions(postgres, { uid }, 1))[0];
}

/** One decision of a job. */
export async function findDecision(
  postgres: Postgres,
  uid: string,
  number: number,
): Promise<DecisionRecord | undefined> {
  const { rows } = await postgres.query<{ record: DecisionRecord }>(
    'select record from decisions where uid = $1 and number = $2',
    [uid, number],
  );
  return rows[0]?.record;
}

/** All that a decision was made of; undefined where that is not kept any more. */
export async function findDecisionInput(
  postgres: Postgres,
  uid: string,
  number: number,
): Promise<AutoscalerInput | undefined> {
  const { rows } = await postgres.query<{ input: ToldInput }>(
    'select input from decision_inputs where uid = $1 and number = $2',
    [uid, number],
  );
  return rows[0] && unpackedInput(rows[0].input);
}

export interface DecisionRetention {
  readonly inputDays: number;
  readonly decisionDays: number;
}

/** Deletes what is older; the newest decision of each job stays, for the next one counts on from it. */
export async function forgetDecisions(
  postgres: Postgres,
  { inputDays, decisionDays }: DecisionRetention,
): Promise<void> {
  await postgres.query('delete from decision_inputs where decided_at < now() - make_interval(days => $1)', [inputDays]);
  await postgres.query(
    `delete from decisions old
     where decided_at < now() - make_interval(days => $1)
       and exists (select 1 from decisions newer where newer.uid = old.uid and newer.number > old.number)`,
    [decisionDays],
  );
}
