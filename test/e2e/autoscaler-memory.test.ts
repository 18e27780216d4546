/**
 * The autoscaler gives a real job memory, by an upgrade from its state: after Kubernetes has killed its TaskManager, and where there is no room for
 * more. `npm test` draws one of these cases by a seed; `DREY_TEST_CELLS=all` has both.
 */
import { describe, expect } from '@jest/globals';
import { waitUntil } from '../../deploy/dev/process.ts';
import { showBroken, type BrokenCase } from '../support/broken-cases.ts';
import { awaitTrouble, awaitWell, deployed, endsWhole, restartsAtOnce } from '../support/broken-job.ts';
import { applied, ended, namespace, tenant } from '../support/e2e-job.ts';
import { clearFault, nativeMib, setFault } from '../support/ledger.ts';
import { ledgerFolders, ledgerJob, type LedgerWish } from '../support/ledger-spec.ts';
import { withQuota } from '../support/quota.ts';
import { cli, drey, kubernetes } from '../support/running-stack.ts';
import { decided, decisionsOf } from '../support/seen-decisions.ts';

const mebibyte = 2 ** 20;

const wish: LedgerWish = {
  configuration: restartsAtOnce,
  spec: { autoscaler: { mode: 'active', memory: { mode: 'active', max: '1152Mi' } } },
};

const limitOf = async (name: string) => (await drey().getJob({ tenant, name })).spec.spec.taskManager.resources.limits;

/** Its TaskManager uses more than it has until Kubernetes kills it, and no more from then on. */
async function killed(name: string): Promise<void> {
  const { control } = ledgerFolders(name);
  setFault(control, 'native-mib', nativeMib);
  const { failure } = await awaitTrouble(name, 'POD_OUT_OF_MEMORY');
  clearFault(control, 'native-mib');
  expect(failure?.cure).toMatch(/The autoscaler gives TaskManagers more .*\(1152Mi\)/);
}

async function getsMore(name: string): Promise<void> {
  await deployed(name, wish);
  await killed(name);
  const decision = await decided(name, 1, 'carriedOut');
  expect(decision).toMatchObject({ reasons: [{ code: 'OUT_OF_MEMORY' }], memoryBytes: 1152 * mebibyte, changes: [] });
  const operation = await ended(name, decision.operation ?? 0);
  expect(operation).toMatchObject({ kind: 'upgrade', state: 'succeeded', requestedBy: 'autoscaler' });
  await awaitWell(name);
  expect(await limitOf(name)).toMatchObject({ memory: '1152Mi' });
  // What was too much is not any more; and the same file takes nothing back.
  setFault(ledgerFolders(name).control, 'native-mib', nativeMib);
  const { changed } = await drey().applyJob({ tenant, name }, ledgerJob(name, wish));
  expect(changed).toBe(false);
  const listed = await cli('autoscaler', name);
  expect(listed.stdout).toContain(decision.reasons[0]?.text);
  await endsWhole(name);
}

/** No pod of the namespace may have more memory than is taken by those that run, and so much. */
async function withMemoryLeft<T>(mib: number, act: () => Promise<T>): Promise<T> {
  const client = kubernetes();
  const pods = await client.list('Pod', namespace);
  const taken = pods
    .flatMap(({ spec }) => spec?.containers ?? [])
    .map(({ resources }) => mibOf(resources?.limits?.['memory']));
  const hard = { 'limits.memory': `${taken.reduce((sum, one) => sum + one, mib)}Mi` };
  client.close();
  return withQuota(hard, act);
}

const mibOf = (text = '') => Number(/^(\d+)Mi$/.exec(text)?.[1] ?? Number.NaN);

async function findsNoRoom(name: string): Promise<void> {
  await deployed(name, { ...wish, spec: { ...wish.spec, deadlines: { schedule: '20s' } } });
  // Also once the old Flink cluster has gone, a larger TaskManager does not fit.
  const refused = await withMemoryLeft(256, async () => {
    await killed(name);
    const decision = await decided(name, 1, 'failed');
    expect(decision).toMatchObject({ reasons: [{ code: 'OUT_OF_MEMORY' }] });
    expect(await ended(name, decision.operation ?? 0)).toMatchObject({ kind: 'upgrade', state: 'failed' });
    const isBack = async () => (await limitOf(name))?.['memory'] === '768Mi';
    await waitUntil(isBack, { what: `${name} to have what it had`, timeoutMs: 120_000, stepMs: 250 });
    await awaitWell(name);
    return decision;
  });
  expect(refused.why?.text).toMatch(/quota|room|memory/i);
  expect((await decisionsOf(name)).filter(({ operation }) => operation !== undefined)).toHaveLength(1);
  expect(await applied(ledgerJob(name, { ...wish, args: ['--add-operator'] }))).toMatchObject({ state: 'succeeded' });
  expect(await limitOf(name)).toMatchObject({ memory: '768Mi' });
  await endsWhole(name);
}

const cases: readonly BrokenCase[] = [
  ['a TaskManager that Kubernetes killed for its memory gets more, and keeps it', getsMore],
  ['where there is no room for more, the job goes on with what it had, and more is not asked for at once', findsNoRoom],
];

describe('memory that the autoscaler gives', () => {
  showBroken('roomy', cases);
});
