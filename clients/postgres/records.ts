/** Writes what workflows report. Writing rows again, or in another order, gives the same tables. */
import type { PoolClient } from 'pg';
import type {
  DecisionInputRow,
  DecisionRow,
  EventRow,
  JobRow,
  OperationRow,
  RecordRow,
  RevisionRow,
  SavepointRow,
} from '../../core/records.ts';
import type { Postgres } from './connect.ts';
import { toJson } from './json.ts';
import { inTransaction } from './transaction.ts';

/** Upserts the rows, all or none. A row with a lower `seq` never replaces one with a higher. */
export async function writeRecords(postgres: Postgres, rows: readonly RecordRow[]): Promise<void> {
  if (rows.length === 0) return;
  await inTransaction(postgres, async (client) => {
    await writeJobs(
      client,
      newest(rows.filter(isKind('job')), (row) => row.uid),
    );
    await forgetSeen(client, rows.filter(isKind('job')));
    await writeRevisions(client, rows.filter(isKind('revision')));
    await writeOperations(
      client,
      newest(rows.filter(isKind('operation')), (row) => `${row.uid}/${row.operation.number}`),
    );
    await writeEvents(client, rows.filter(isKind('event')));
    await writeSavepoints(
      client,
      newest(rows.filter(isKind('savepoint')), (row) => `${row.uid}/${row.savepoint.number}`),
    );
    await writeDecisions(
      client,
      newest(rows.filter(isKind('decision')), (row) => `${row.uid}/${row.decision.number}`),
    );
    await writeDecisionInputs(client, rows.filter(isKind('decisionInput')));
  });
}

function isKind<K extends RecordRow['kind']>(kind: K) {
  return (row: RecordRow): row is Extract<RecordRow, { kind: K }> => row.kind === kind;
}

/** The row with the highest `seq` for each key: one statement may not touch a row twice. */
function newest<R extends { readonly seq: number }>(rows: readonly R[], keyOf: (row: R) => string): R[] {
  const kept = new Map<string, R>();
  for (const row of rows) {
    const other = kept.get(keyOf(row));
    if (!other || other.seq < row.seq) kept.set(keyOf(row), row);
  }
  return [...kept.values()];
}

// Each statement takes its rows in the order of their keys, so that two writers never wait for each other in a circle.

async function writeJobs(client: PoolClient, rows: readonly JobRow[]): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    `insert into jobs (uid, seq, tenant, name, cluster, namespace, phase, revision, labels, view,
                       created_at, updated_at, removed_at)
     select uid, seq, job->>'tenant', job->>'name', job#>>'{spec,spec,cluster}', job#>>'{spec,spec,namespace}',
            job->>'phase', (job->>'revision')::integer, coalesce((job#>'{spec,metadata,labels}')::jsonb, '{}'), job,
            (job->>'createdAt')::timestamptz, (job->>'updatedAt')::timestamptz,
            case when job->>'phase' = 'REMOVED' then (job->>'updatedAt')::timestamptz end
     from json_to_recordset($1::json) as row (uid text, seq bigint, job json)
     order by uid
     on conflict (uid) do update set
       seq = excluded.seq, tenant = excluded.tenant, name = excluded.name, cluster = excluded.cluster,
       namespace = excluded.namespace, phase = excluded.phase, revision = excluded.revision,
       labels = excluded.labels, view = excluded.view, created_at = excluded.created_at,
       updated_at = excluded.updated_at, removed_at = excluded.removed_at
     where jobs.seq < excluded.seq`,
    [toJson(rows)],
  );
}

/** What agents saw of jobs that are removed is shown nowhere. */
async function forgetSeen(client: PoolClient, rows: readonly JobRow[]): Promise<void> {
  const removed = rows.filter(({ job }) => job.phase === 'REMOVED').map(({ uid }) => uid);
  if (removed.length === 0) return;
  await client.query(
    `delete from job_seen where uid in (
       select uid from job_seen join jobs using (uid)
       where uid = any ($1) and jobs.phase = 'REMOVED'
       order by uid for update of job_seen)`,
    [removed],
  );
}

async function writeRevisions(client: PoolClient, rows: readonly RevisionRow[]): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    `insert into revisions (uid, revision, spec, spec_hash, accepted_by, accepted_at, given)
     select uid, revision, spec, "specHash", "acceptedBy", "acceptedAt", given
     from json_to_recordset($1::json) as row (uid text, revision integer, spec json, "specHash" text,
                                                "acceptedBy" text, "acceptedAt" timestamptz, given json)
     order by uid, revision
     on conflict do nothing`,
    [toJson(rows)],
  );
}

async function writeOperations(client: PoolClient, rows: readonly OperationRow[]): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    `insert into operations (uid, number, seq, kind, state, requested_at, ended_at, record)
     select uid, (operation->>'number')::integer, seq, operation->>'kind', operation->>'state',
            (operation->>'requestedAt')::timestamptz, (operation->>'endedAt')::timestamptz, operation
     from json_to_recordset($1::json) as row (uid text, seq bigint, operation json)
     order by uid, 2
     on conflict (uid, number) do update set
       seq = excluded.seq, kind = excluded.kind, state = excluded.state, requested_at = excluded.requested_at,
       ended_at = excluded.ended_at, record = excluded.record
     where operations.seq < excluded.seq`,
    [toJson(rows)],
  );
}

async function writeEvents(client: PoolClient, rows: readonly EventRow[]): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    `insert into events (uid, operation, seq, at, type, text)
     select uid, operation, seq, at, type, text
     from json_to_recordset($1::json) as row (uid text, operation integer, seq bigint, at timestamptz,
                                                type text, text text)
     order by uid, operation, seq
     on conflict do nothing`,
    [toJson(rows)],
  );
}

async function writeSavepoints(client: PoolClient, rows: readonly SavepointRow[]): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    `insert into savepoints (uid, number, seq, state, origin, taken_at, record)
     select uid, (savepoint->>'number')::integer, seq, savepoint->>'state', savepoint->>'origin',
            (savepoint->>'takenAt')::timestamptz, savepoint
     from json_to_recordset($1::json) as row (uid text, seq bigint, savepoint json)
     order by uid, 2
     on conflict (uid, number) do update set
       seq = excluded.seq, state = excluded.state, origin = excluded.origin, taken_at = excluded.taken_at,
       record = excluded.record
     where savepoints.seq < excluded.seq`,
    [toJson(rows)],
  );
}

async function writeDecisions(client: PoolClient, rows: readonly DecisionRow[]): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    `insert into decisions (uid, number, seq, decided_at, action, outcome, asked, record)
     select uid, (decision->>'number')::integer, seq, (decision->>'at')::timestamptz, decision->>'action',
            decision->>'outcome', decision->>'asked', decision
     from json_to_recordset($1::json) as row (uid text, seq bigint, decision json)
     order by uid, 2
     on conflict (uid, number) do update set
       seq = excluded.seq, decided_at = excluded.decided_at, action = excluded.action, outcome = excluded.outcome,
       asked = excluded.asked, record = excluded.record
     where decisions.seq < excluded.seq`,
    [toJson(rows)],
  );
}

async function writeDecisionInputs(client: PoolClient, rows: readonly DecisionInputRow[]): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    `insert into decision_inputs (uid, number, decided_at, input)
     select uid, number, at, input
     from json_to_recordset($1::json) as row (uid text, number integer, at timestamptz, input json)
     order by uid, number
     on conflict do nothing`,
    [toJson(rows)],
  );
}
