/** Decisions of autoscalers in PostgreSQL: written in any order, read by page and by key, forgotten when they are old. */
import { expect, test } from '@jest/globals';
import {
  findDecision,
  findDecisionInput,
  forgetDecisions,
  latestDecision,
  listDecisions,
} from '../../../clients/postgres/decisions.ts';
import { writeRecords } from '../../../clients/postgres/records.ts';
import { findRevision } from '../../../clients/postgres/revisions.ts';
import type { DecisionRow, RecordRow } from '../../../core/records.ts';
import type { DecisionRecord } from '../../../core/scaling/decision-record.ts';
import { inputOf, minute } from '../../core/autoscaler/jobs.ts';
import { enough } from '../../support/autoscaler-window.ts';
import { someDecisionRecord } from '../../support/decisions.ts';
import { emptiedDatabase, postgres } from '../../support/emptied-database.ts';
import { jobSpec } from '../../support/records.ts';

emptiedDatabase('decisions', 'decision_inputs', 'revisions');

const uid = 'abcdefgh';
const input = inputOf(enough, 2 * minute);
const row = (seq: number, change: Partial<DecisionRecord>): DecisionRow => ({
  kind: 'decision',
  uid,
  seq,
  decision: someDecisionRecord(change),
});
const inputRow = (number: number, at: string): RecordRow => ({ kind: 'decisionInput', uid, number, at, input });
const agoDays = (days: number) => new Date(Date.now() - days * 24 * 60 * minute).toISOString();

test.each([
  ['in order', [1, 2]],
  ['the other way round', [2, 1]],
  ['twice', [1, 2, 1, 2]],
])('what was told last of a decision stays: written %s', async (_what, order) => {
  const rows = { 1: row(1, { outcome: 'underWay' }), 2: row(2, { outcome: 'carriedOut' }) };
  for (const seq of order) await writeRecords(postgres, [rows[seq as 1 | 2]]);
  expect(await findDecision(postgres, uid, 1)).toEqual(someDecisionRecord({ outcome: 'carriedOut' }));
});

test('decisions are listed by page, the newest first, and found by the key of whoever asked', async () => {
  const asked = { number: 2, asked: 'k', askedBy: 'ada' };
  await writeRecords(postgres, [row(1, {}), row(1, asked), row(1, { number: 3 })]);
  await writeRecords(postgres, [{ ...row(1, { number: 9 }), uid: 'another1' }]);
  expect((await listDecisions(postgres, { uid }, 2)).map(({ number }) => number)).toEqual([3, 2]);
  expect((await listDecisions(postgres, { uid }, 9, 2)).map(({ number }) => number)).toEqual([1]);
  expect(await listDecisions(postgres, { uid, asked: 'k' }, 9)).toEqual([someDecisionRecord(asked)]);
  expect((await latestDecision(postgres, uid))?.number).toBe(3);
  expect(await latestDecision(postgres, 'nobody00')).toBeUndefined();
});

test('what a decision was made of is kept as it was, to the last digit', async () => {
  await writeRecords(postgres, [inputRow(1, agoDays(0))]);
  await writeRecords(postgres, [{ ...inputRow(1, agoDays(0)), input: inputOf(enough, minute) } as RecordRow]);
  expect(await findDecisionInput(postgres, uid, 1)).toEqual(JSON.parse(JSON.stringify(input)));
  expect(await findDecisionInput(postgres, uid, 2)).toBeUndefined();
});

test('old ones are forgotten, inputs sooner; the newest decision of a job stays', async () => {
  const [old, older] = [agoDays(31), agoDays(401)];
  await writeRecords(postgres, [row(1, { at: older }), row(1, { number: 2, at: old }), inputRow(2, old)]);
  await writeRecords(postgres, [{ ...row(1, { at: older }), uid: 'another1' }]);
  await forgetDecisions(postgres, { inputDays: 30, decisionDays: 400 });
  expect((await listDecisions(postgres, { uid }, 9)).map(({ number }) => number)).toEqual([2]);
  expect(await findDecisionInput(postgres, uid, 2)).toBeUndefined();
  expect((await latestDecision(postgres, 'another1'))?.number).toBe(1);
});

test('a revision knows what of it was given', async () => {
  const revision = {
    kind: 'revision',
    uid,
    spec: jobSpec(),
    specHash: 'h',
    acceptedBy: 'a',
    acceptedAt: agoDays(0),
  } as const;
  const given = { ['a'.repeat(32)]: { to: 4 } };
  await writeRecords(postgres, [
    { ...revision, revision: 1 },
    { ...revision, revision: 2, given },
  ]);
  expect((await findRevision(postgres, uid, 1))?.given).toBeUndefined();
  expect((await findRevision(postgres, uid, 2))?.given).toEqual(given);
});
