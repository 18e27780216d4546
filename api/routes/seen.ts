/** What agents see of jobs, brought past Temporal: people read it with the job. */
import { writeSeen } from '../../clients/postgres/seen.ts';
import { clusterParams } from '../job-params.ts';
import { defineRoute, type Route } from '../route.ts';
import { seenBatch, seenTaken } from '../seen-shapes.ts';

const bring = defineRoute({
  method: 'post',
  path: '/v1/clusters/{cluster}/seen',
  role: 'agent',
  summary: 'Bring what was seen of jobs',
  description:
    'For the agents of the cluster, with a token of their own. Of each job the newest is kept, so that a batch may be sent again.',
  params: clusterParams,
  body: seenBatch,
  answers: { 200: { description: 'How much of it was news', schema: seenTaken } },
  handle: async ({ postgres }, { params: { cluster }, body: { jobs } }) => {
    const taken = await writeSeen(postgres, cluster, jobs);
    return { body: { taken, dropped: jobs.length - taken } };
  },
});

export const seenRoutes: readonly Route[] = [bring];
