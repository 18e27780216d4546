/** Many warm upgrades at once: whether one waits for another. */
import type { OperationRecord } from '../../core/operation.ts';
import type { FlinkVersion } from '../../core/schema/flink-job.ts';
import { tenant } from '../support/e2e-job.ts';
import { ledgerJob } from '../support/ledger-spec.ts';
import { modest } from './modest-jobs.ts';
import { operationEnd, type BenchStack } from './support.ts';
import { judged, type ManyUpgrades } from './upgrade-many-report.ts';

/** Deploys so many jobs one after the other, upgrades all at once, and removes them. @throws when one fails. */
export async function upgradeMany(stack: BenchStack, jobs: number, version: FlinkVersion): Promise<ManyUpgrades> {
  const names = Array.from({ length: jobs }, (_, index) => `bench-many-${index + 1}`);
  for (const name of names) await changed(stack, name, version);
  const records = await Promise.all(names.map((name) => changed(stack, name, version)));
  await Promise.all(
    names.map(async (name) => {
      const { operation } = await stack.drey.removeJob({ tenant, name });
      if (operation) await operationEnd(stack, { tenant, name }, operation.number);
    }),
  );
  return judged(records);
}

async function changed(stack: BenchStack, name: string, version: FlinkVersion): Promise<OperationRecord> {
  const deadlines = { jobManager: '15m', slots: '15m', submit: '5m', running: '5m', stable: '15m' };
  const spec = ledgerJob(name, {
    version,
    args: ['--rate', '20'],
    spec: { ...modest, deadlines, restartNonce: Date.now() },
  });
  const { operation } = await stack.drey.applyJob({ tenant, name }, spec);
  if (!operation) throw new Error(`the spec of ${name} made no operation`);
  const record = await operationEnd(stack, { tenant, name }, operation.number);
  if (record.state !== 'succeeded') throw new Error(`${name}: ${record.failure?.message}`);
  return record;
}
