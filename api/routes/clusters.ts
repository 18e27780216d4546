/** Kubernetes clusters: which are known, and whether their agents are there. */
import { z } from 'zod';
import { describingText } from '../describing-text.ts';
import { saveCluster, type ClusterRecord } from '../../clients/postgres/clusters.ts';
import { heartbeatEveryMs, unknownJobsNamed } from '../../core/agents.ts';
import { labelMap } from '../../core/schema/fields.ts';
import { sharedQuotaSchema } from '../../core/schema/quota.ts';
import { observe } from '../cluster-workflow.ts';
import { agentState } from '../agent-state.ts';
import { clusterAnswer, pageOf } from '../answer-shapes.ts';
import { heartbeatAnswer } from '../heartbeat-shape.ts';
import { clusterParams } from '../job-params.ts';
import type { Principal } from '../principal.ts';
import { Problem } from '../problem.ts';
import { defineRoute, type Route } from '../route.ts';
import { allClusters, type Services } from '../services.ts';

const list = defineRoute({
  method: 'get',
  path: '/v1/clusters',
  role: 'viewer',
  summary: 'List the clusters',
  answers: { 200: { description: 'All clusters, by name', schema: pageOf(clusterAnswer) } },
  handle: async (services, { principal }) => {
    const clusters = await services.clusters.get(allClusters);
    return { body: { items: await Promise.all(clusters.map((cluster) => withAgent(services, cluster, principal))) } };
  },
});

const get = defineRoute({
  method: 'get',
  path: '/v1/clusters/{cluster}',
  role: 'viewer',
  summary: 'Read a cluster',
  params: clusterParams,
  answers: { 200: { description: 'The cluster and its agent', schema: clusterAnswer } },
  handle: async (services, { params, principal }) => {
    const isWanted = ({ name }: ClusterRecord) => name === params.cluster;
    const known = (await services.clusters.get(allClusters)).find(isWanted);
    const cluster = known ?? (await services.clusters.refresh(allClusters)).find(isWanted);
    if (cluster) return { body: await withAgent(services, cluster, principal) };
    throw new Problem('NO_SUCH_CLUSTER', `There is no cluster ${params.cluster}.`, {
      cure: 'GET /v1/clusters lists the known ones.',
    });
  },
});

const put = defineRoute({
  method: 'put',
  path: '/v1/clusters/{cluster}',
  role: 'admin',
  everyTenant: true,
  summary: 'Make a cluster known',
  description: 'Its agent connects by itself; tenants need a grant to use it. Its quota becomes exactly the given one.',
  params: clusterParams,
  body: z.strictObject({
    description: describingText(),
    labels: labelMap().default({}),
    quota: sharedQuotaSchema.optional(),
  }),
  answers: {
    200: { description: 'The cluster was known', schema: clusterAnswer },
    201: { description: 'The cluster is known now', schema: clusterAnswer },
  },
  handle: async (services, { params, body, principal }) => {
    const { cluster, created } = await saveCluster(services.postgres, { name: params.cluster, ...body });
    await services.clusters.refresh(allClusters);
    observe(services, [cluster.name]);
    return { status: created ? 201 : 200, body: await withAgent(services, cluster, principal) };
  },
});

const weekMs = 7 * 24 * 3_600_000;

const heartbeat = defineRoute({
  method: 'post',
  path: '/v1/clusters/{cluster}/heartbeats',
  role: 'agent',
  summary: 'Say that an agent is there',
  description: `For the agents of the cluster, every ${heartbeatEveryMs / 1_000} s, with a token of their own.`,
  params: clusterParams,
  body: z.strictObject({
    agent: z
      .string()
      .regex(/^[\w.:-]{1,100}$/, 'must be the name of an agent')
      .describe('Tells the agents of one cluster apart.'),
    observes: z.boolean().describe('Whether it observes the jobs of the cluster, or a shard of them, now.'),
    unknown: z
      .strictObject({
        count: z.int().min(0),
        jobs: z
          .array(z.string().regex(/^[\w.-]{1,63}\/[\w.-]{1,63}$/, 'must be <tenant>/<name>'))
          .max(unknownJobsNamed),
        ageMs: z.number().min(0).max(weekMs).describe('Since they were counted, in milliseconds.'),
      })
      .optional()
      .describe('Jobs whose objects are there and which no workflow knows: how many, and the first few.'),
  }),
  answers: { 200: { description: 'It was heard; what autoscalers have to heed', schema: heartbeatAnswer } },
  handle: async ({ agentHeartbeats, quotas, log }, { params, body }) => {
    // Whatever is wrong with quotas, the agent is there.
    const told = quotas.get(params.cluster).catch((error: unknown) => {
      log.warn({ err: error, cluster: params.cluster }, 'the quotas of a cluster cannot be told');
      return undefined;
    });
    const [found] = await Promise.all([told, agentHeartbeats.note(params.cluster, body)]);
    return { body: found ? { quotas: found } : {} };
  },
});

async function withAgent(services: Services, cluster: ClusterRecord, { tenant }: Principal) {
  return { ...cluster, agent: await agentState(services, cluster.name, tenant) };
}

export const clusterRoutes: readonly Route[] = [list, get, put, heartbeat];
