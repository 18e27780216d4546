/** How long a later operation waits for those of an earlier workflow of its job. */
import { asyncLocalStorage, type Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { expect, test } from '@jest/globals';
import { settleOrphans } from '../../activities/control/settle-orphans.ts';
import { lateAttemptMs } from '../../core/late-attempt.ts';

const beganAtMs = Date.parse('2026-01-02T03:04:05.000Z');

interface Listed {
  readonly runId: string;
  readonly workflowId: string;
  readonly closeTime?: Date;
}

const orphan: Listed = { runId: 'other', workflowId: 'job/default/orders/2-upgrade' };
const own: Listed = { runId: 'own', workflowId: 'job/default/orders/1-deploy' };

/** @param looks what each look lists, and the last one from then on. @param afterMs how late the attempt began. */
function settled(looks: readonly (readonly Listed[])[], patienceMs: number, afterMs = 0) {
  let next = 0;
  const list = () => looks[Math.min(next++, looks.length - 1)] ?? [];
  const info = {
    workflowExecution: { runId: 'own' },
    scheduledTimestampMs: beganAtMs,
    currentAttemptScheduledTimestampMs: beganAtMs + afterMs,
    startToCloseTimeoutMs: 60_000,
  };
  const context = { info, heartbeat: () => undefined, cancellationSignal: new AbortController().signal };
  const temporal = { workflow: { list } } as unknown as Client;
  const act = () => settleOrphans(temporal, { tenant: 'default', name: 'orders', patienceMs });
  return asyncLocalStorage.run(context as unknown as Context, act);
}

const ended = (agoMs: number): Listed => ({ ...orphan, closeTime: new Date(beganAtMs - agoMs) });
const stays = { left: [orphan.workflowId] };

test.each<[string, readonly (readonly Listed[])[], number, number, object | undefined]>([
  ['none but the one that asks is waited for', [[own]], 60_000, 0, undefined],
  ['one look tells who is there', [[own, orphan]], 0, 0, stays],
  ['one that ends is waited for', [[orphan], []], 60_000, 0, undefined],
  ['one that was ended by hand may still act for a while', [[ended(0)]], 0, 0, stays],
  ['and then no more', [[ended(lateAttemptMs + 1)]], 0, 0, undefined],
  ['one that stays is told when the time of all attempts is up', [[orphan]], 60_000, 60_000, stays],
])('%s', async (_name, looks, patienceMs, afterMs, left) => {
  await expect(settled(looks, patienceMs, afterMs)).resolves.toEqual(left);
});
