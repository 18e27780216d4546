/** `drey autoscaler advise` about the job of a real Flink cluster, which it asks as it asks any: by its REST interface alone. */
import { expect } from '@jest/globals';
import type { ProfileName } from '../../core/autoscaler/policy.ts';
import { withFlinkAddress } from './flink-address.ts';
import { flinkClustersOf, livingJobsOf } from './flink-of.ts';
import { cli } from './running-stack.ts';

/** A job of Drey has its policy in its spec, so that its Flink configuration says nothing of an autoscaler. */
const options: Readonly<Record<string, string>> = {
  'job.autoscaler.enabled': 'true',
  'job.autoscaler.stabilization.interval': '1 s',
  'job.autoscaler.metrics.window': '10 s',
  // What comes in within so short a window is known to a tenth: by the default, 1, a load that is a tenth too much may be none.
  'job.autoscaler.utilization.max': '0.8',
};

interface Told {
  readonly id: string;
  readonly name: string;
  readonly decision: Readonly<Record<string, number>> | null;
  readonly reason: string;
}

/** The parallelism that the first decision gives the `ledger`. Each job that Flink knows has its entry, and each vertex its parallelism. */
export async function advisedFor(name: string, profile: ProfileName): Promise<number> {
  const [[flink], [job]] = [await flinkClustersOf(name), await livingJobsOf(name)];
  if (!flink || !job) throw new Error(`${name} does not run`);
  const known = await flink.jobs();
  const { vertices = [] } = (await flink.job(job.id)) ?? {};
  const told = await withFlinkAddress(name, (address) => advice(address, profile));
  expect(told.map(({ id }) => id).toSorted()).toEqual(known.map(({ id }) => id).toSorted());
  const parallelism = Object.fromEntries(vertices.map(({ id }) => [id, expect.any(Number)]));
  const about = told.find(({ id }) => id === job.id);
  expect(about).toMatchObject({ name: job.name, reason: expect.stringMatching(/\.$/) });
  expect(about?.decision).toEqual(parallelism);
  const ledger = vertices.find((vertex) => vertex.name.startsWith('ledger'));
  return about?.decision?.[ledger?.id ?? ''] ?? 0;
}

async function advice(address: string, profile: ProfileName): Promise<readonly Told[]> {
  const set = Object.entries(options).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  const times = ['--interval', '1s', '--for', '60s'];
  const asked = ['autoscaler', 'advise', '--rest', address, '--profile', profile, ...set, ...times, '-o', 'json'];
  const { code, stdout, stderr } = await cli(...asked);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return (JSON.parse(stdout) as { jobs: readonly Told[] }).jobs;
}
