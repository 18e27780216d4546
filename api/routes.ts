/** The table of routes: the server and the OpenAPI document are made from it. */
import { openApiDocument } from './openapi.ts';
import { defineRoute, type Route } from './route.ts';
import { autoscalerRoutes } from './routes/autoscaler.ts';
import { candidateRoutes } from './routes/candidates.ts';
import { clusterRoutes } from './routes/clusters.ts';
import { jobChangeRoutes } from './routes/jobs-change.ts';
import { jobReadRoutes } from './routes/jobs-read.ts';
import { jobVerbRoutes } from './routes/jobs-verbs.ts';
import { logRoutes } from './routes/logs.ts';
import { metricRoutes } from './routes/metrics.ts';
import { savepointDisposalRoutes } from './routes/savepoint-disposal.ts';
import { savepointRoutes } from './routes/savepoints.ts';
import { seenRoutes } from './routes/seen.ts';
import { simulationRoutes } from './routes/simulation.ts';
import { systemRoutes } from './routes/system.ts';
import { tenantRoutes } from './routes/tenants.ts';

const openapi = defineRoute({
  method: 'get',
  path: '/openapi.json',
  role: 'public',
  summary: 'This API as an OpenAPI 3.1 document',
  answers: { 200: { description: 'The document', schema: null } },
  handle: async () => ({ body: openApiDocument(routes) }),
});

export const routes: readonly Route[] = [
  ...jobReadRoutes,
  ...jobChangeRoutes,
  ...jobVerbRoutes,
  ...candidateRoutes,
  ...autoscalerRoutes,
  ...simulationRoutes,
  ...savepointRoutes,
  ...savepointDisposalRoutes,
  ...logRoutes,
  ...metricRoutes,
  ...seenRoutes,
  ...clusterRoutes,
  ...tenantRoutes,
  ...systemRoutes,
  openapi,
];
