/** The clock of the agent's machine is a minute ahead of the worker's, or behind it: operations go on, and what breaks is mended. */
import { afterAll, expect, test } from '@jest/globals';
import { waitUntil } from '../../deploy/dev/process.ts';
import { awaitWell, deployed, endsWhole, kindsOf, mended, noRestarts } from '../support/broken-job.ts';
import { applied, ended, removed, tenant } from '../support/e2e-job.ts';
import { livingJobsOf } from '../support/flink-of.ts';
import { setFault } from '../support/ledger.ts';
import { ledgerFolders, ledgerJob } from '../support/ledger-spec.ts';
import { drey, endPart, restartWithClock, startPart } from '../support/running-stack.ts';

const minute = 60_000;

afterAll(async () => {
  await endPart('agent');
  await startPart('agent');
}, 60_000);

const isThere = async () => (await drey().getCluster('local')).agent.state === 'connected';

test.each([
  ['ahead', 'ahead', minute],
  ['behind', 'behind', -minute],
])(
  'a minute %s',
  async (_title, name, shiftMs) => {
    await restartWithClock('agent', shiftMs);
    await waitUntil(isThere, { what: 'the agent to be heard of', timeoutMs: 60_000, stepMs: 200 });
    const wish = { configuration: noRestarts };
    await deployed(name, wish);
    const { operation } = await drey().createSavepoint({ tenant, name });
    expect(await ended(name, operation?.number ?? 0)).toMatchObject({ state: 'succeeded' });
    const upgrade = await applied(ledgerJob(name, { ...wish, spec: { restartNonce: 1 } }));
    expect(upgrade).toMatchObject({ kind: 'upgrade', state: 'succeeded' });
    // Held against another's clock, it would be a minute too long, or nothing.
    expect(upgrade.pauseMs).toBeGreaterThan(0);
    expect(upgrade.pauseMs).toBeLessThan(minute);

    const [before] = await livingJobsOf(name);
    setFault(ledgerFolders(name).control, 'fail', 'once');
    expect(await mended(name)).toMatchObject({ kind: 'recover', state: 'succeeded' });
    await awaitWell(name);
    const [after] = await livingJobsOf(name);
    expect(after?.id).not.toBe(before?.id);
    expect(await kindsOf(name)).toEqual(['deploy', 'savepoint', 'upgrade', 'recover']);
    await endsWhole(name);
    await removed(name);
  },
  600_000,
);
