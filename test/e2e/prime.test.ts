/** Priming: what a warm Flink cluster runs before it gets the job, that it leaves nothing behind, and never does harm. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { OperationRecord } from '../../core/operation.ts';
import { primeJobId } from '../../core/names.ts';
import { applied, apply, ended, removed, tenant } from '../support/e2e-job.ts';
import { arm, disarm, keepingAlive, wasReached } from '../support/crash-points.ts';
import { drawn } from '../support/drawn.ts';
import { flinkClustersOf, livingJobsOf } from '../support/flink-of.ts';
import { verifyLedger } from '../support/ledger.ts';
import { ledgerFolders, ledgerJob, removeLedger, type LedgerWish } from '../support/ledger-spec.ts';
import { drey, stateVolume } from '../support/running-stack.ts';

let nonce = 0;

const stepOf = ({ steps }: OperationRecord, name: string) => steps.find((step) => step.name === name);

/** Paths of all files below a folder, relative to it; none where it does not exist. */
function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe.each(drawn(['2.3', '1.20'] as const, 1))('on Flink %s', (version) => {
  const name = `prime-${version.replace('.', '')}`;
  const job = { tenant, name };
  const changed = (wish: LedgerWish = {}) => {
    nonce += 1;
    return ledgerJob(name, { version, ...wish, spec: { restartNonce: nonce, ...wish.spec } });
  };

  /** One job runs, its ledger is good, and the tiny job ran so many times and left nothing. */
  async function expectWell(primed: number): Promise<void> {
    expect((await livingJobsOf(name)).map(({ state }) => state)).toEqual(['RUNNING']);
    expect(await verifyLedger(ledgerFolders(name).out)).toMatchObject({ good: true });
    const [flink, ...others] = await flinkClustersOf(name);
    expect(others).toEqual([]);
    const { uid, generation } = await drey().getJob(job);
    const id = primeJobId({ ...job, uid, number: generation?.number ?? 0 });
    const tiny = (await flink?.jobs())?.filter((one) => one.id !== generation?.flinkJobId);
    expect(tiny).toEqual(Array.from({ length: primed }, () => expect.objectContaining({ id, state: 'FINISHED' })));
    expect(await flink?.jars()).toEqual([]);
    expect(readdirSync(join(stateVolume(), 'checkpoints', uid))).not.toContain(id);
    expect(readdirSync(join(stateVolume(), 'high-availability', uid))).toEqual([String(generation?.number)]);
    expect(filesIn(join(stateVolume(), 'high-availability', uid, String(generation?.number), 'prime'))).toEqual([]);
  }

  beforeAll(async () => {
    removeLedger(name);
    await applied(ledgerJob(name, { version }));
  }, 300_000);
  afterAll(() => removed(name).catch(() => undefined), 240_000);

  test('a tiny job runs before the old job is stopped, and leaves nothing', async () => {
    const record = await applied(changed());
    expect(record).toMatchObject({ kind: 'upgrade', state: 'succeeded' });
    expect(stepOf(record, 'primed')).toMatchObject({ state: 'done', detail: 'a tiny job has run' });
    const names = record.steps.map((step) => step.name);
    expect(names.indexOf('primed')).toBeLessThan(names.indexOf('previousStopped'));
    await expectWell(1);
  }, 240_000);

  test.each(['before', 'call', 'after'] as const)(
    'an agent that dies (%s) while it primes: the next one finds its job',
    async (when) => {
      arm({ activity: 'primeCluster', when, action: 'kill', calls: when === 'call' ? ['runJar'] : [] });
      const spec = changed();
      const record = await keepingAlive(async () => ended(name, await apply(spec)));
      expect(wasReached()).toBe(true);
      disarm();
      expect(record).toMatchObject({ state: 'succeeded' });
      expect(stepOf(record, 'primed')).toMatchObject({ state: 'done', detail: 'a tiny job has run' });
      await expectWell(1);
    },
    300_000,
  );

  test('`plan` runs the main method, too; one that throws leaves the old job untouched', async () => {
    const good = await applied(changed({ upgrade: { prime: 'plan' } }));
    expect(stepOf(good, 'primed')?.detail).toBe('the main method has made its job graph; a tiny job has run');
    await expectWell(1);
    const before = await drey().getJob(job);
    const record = await applied(changed({ upgrade: { prime: 'plan' }, args: ['--throw-at-start'] }));
    expect(record).toMatchObject({ state: 'failed', failure: { code: 'MAIN_METHOD_THREW' } });
    expect(record.failure?.message).toMatch(/told to throw at the start/);
    expect(stepOf(record, 'previousStopped')).toBeUndefined();
    expect((await drey().getJob(job)).generation).toEqual(before.generation);
    await expectWell(1);
  }, 400_000);

  test('`none` runs nothing', async () => {
    const record = await applied(changed({ upgrade: { prime: 'none' } }));
    expect(record).toMatchObject({ state: 'succeeded' });
    expect(stepOf(record, 'primed')).toBeUndefined();
    await expectWell(0);
  }, 240_000);
});
