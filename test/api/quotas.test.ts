/** Quotas of tenants and clusters: set by administrators, told to agents. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { clusterAnswer, tenantAnswer } from '../../api/answer-shapes.ts';
import { heartbeatAnswer } from '../../api/heartbeat-shape.ts';
import { saveCluster } from '../../clients/postgres/clusters.ts';
import { writeRecords } from '../../clients/postgres/records.ts';
import { heartbeatsTo } from '../../clients/drey/send-heartbeat.ts';
import type { QuotaWritten } from '../../core/schema/quota.ts';
import { allClusters } from '../../api/services.ts';
import { agent, api, apiSuite, call, database, root, server } from '../support/api-suite.ts';
import { jobSpec, jobView } from '../support/records.ts';
import { newToken } from '../support/tokens.ts';

apiSuite(root);
beforeAll(async () => {
  const spec = jobSpec('counts', { job: { jarUri: 'local:///x.jar', parallelism: 4 } });
  await writeRecords(database.postgres, [
    { kind: 'job', uid: 'counts', seq: 1, job: jobView({ uid: 'counts', spec }) },
  ]);
});

/** Without Temporal no cluster is made known through the API. */
const ofCluster = (quota: QuotaWritten | undefined) =>
  saveCluster(database.postgres, { name: 'local', description: '', labels: {}, quota });

const beat = { agent: 'one', observes: true };

/** What an agent is told, past the moment for which it is remembered. */
async function told() {
  await api.services.quotas.refresh('local');
  const send = heartbeatsTo({ server: api.url, cluster: 'local', token: () => agent });
  return send(beat, AbortSignal.timeout(5_000));
}

describe('a quota', () => {
  test('is set with the tenant or the cluster, shown with it, and gone where it is not said again', async () => {
    const quota = { slots: 12, cpu: '6', memory: '64Gi' };
    const tenant = await call('PUT', '/v1/tenants/default', { body: { quota } });
    expect(tenantAnswer.strict().parse(tenant.body).quota).toEqual(quota);
    expect((await call('GET', '/v1/tenants/default')).body.quota).toEqual(quota);
    await ofCluster({ slots: 40 });
    await call('PUT', '/v1/tenants/default', { body: {} });
    expect((await call('GET', '/v1/tenants/default')).body).not.toHaveProperty('quota');
    await api.services.clusters.refresh(allClusters);
    const cluster = await call('GET', '/v1/clusters/local');
    expect(clusterAnswer.strict().parse(cluster.body).quota).toEqual({ slots: 40 });
  });

  test.each([
    [{ cpu: 4 }, 'body.quota.cpu'],
    [{ memory: 'much' }, 'must be a size such as 256Gi'],
    [{ pods: 4 }, 'body.quota.pods: is not known here'],
  ])('is refused: %j', async (quota, words) => {
    const answer = await call('PUT', '/v1/tenants/default', { body: { quota } });
    expect(answer).toMatchObject({ status: 422, body: { code: 'INVALID_BODY' } });
    expect(answer.body.detail).toContain(words);
  });

  test('is an administrator’s to set', async () => {
    const operator = await newToken(database.postgres, { name: 'ada', tenant: 'default', role: 'operator' });
    const answer = await call('PUT', '/v1/tenants/default', { body: { quota: { slots: 900 } }, token: operator });
    expect(answer.status).toBe(403);
  });
});

describe('an agent', () => {
  test('is told the quotas of its cluster and of the tenants on it, and what is taken of them', async () => {
    await ofCluster({ slots: 40 });
    await call('PUT', '/v1/tenants/default', { body: { quota: { cpu: '10', memory: '1Gi' } } });
    await call('PUT', '/v1/tenants/elsewhere', { body: { quota: { slots: 1 } } });
    const taken = { slots: 4, cpuCores: 4, memoryBytes: 4 * 1728 * 2 ** 20 };
    expect(await told()).toEqual([
      { of: 'cluster', name: 'local', limits: { slots: 40 }, taken },
      { of: 'tenant', name: 'default', limits: { cpuCores: 10, memoryBytes: 2 ** 30 }, taken },
    ]);
  });

  test('is told that there are none', async () => {
    await ofCluster(undefined);
    await call('PUT', '/v1/tenants/default', { body: {} });
    expect(await told()).toEqual([]);
  });

  test('is heard, and told nothing of them, while PostgreSQL is away', async () => {
    await server.halt();
    try {
      const answer = await call('POST', '/v1/clusters/local/heartbeats', { token: agent, body: beat });
      expect(answer.status).toBe(200);
      const isKnown = heartbeatAnswer.strict().parse(answer.body).quotas !== undefined;
      expect(isKnown ? await api.services.quotas.refresh('local') : undefined).toBeUndefined();
    } finally {
      await server.resume();
    }
  });
});
