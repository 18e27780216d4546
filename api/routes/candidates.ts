/** What becomes of the candidate of a blue/green upgrade. */
import { candidateVerdicts } from '../../core/job.ts';
import { changeAnswer, dryRunReply } from '../answer-shapes.ts';
import { change, keyHeader, requestOf } from '../change.ts';
import { readChangeHeaders } from '../change-headers.ts';
import { jobParams } from '../job-params.ts';
import { decideCandidateOf } from '../job-workflow.ts';
import { readLivingJob } from '../read-job.ts';
import { defineRoute, type Route } from '../route.ts';
import { ofRunningWorkflow, seeRunningWorkflow } from '../running-workflow.ts';
import { dryRunQuery, isDryRun, tryOut } from '../try-out.ts';

const verdictSummaries = {
  promote: 'Make the candidate of a blue/green upgrade the job, and end what ran before',
  discard: 'End the candidate of a blue/green upgrade; the job runs on',
} as const;

export const candidateRoutes: readonly Route[] = candidateVerdicts.map((verdict) =>
  defineRoute({
    method: 'post',
    path: `/v1/tenants/{tenant}/jobs/{name}/${verdict}`,
    role: 'operator',
    summary: verdictSummaries[verdict],
    description: 'Answers when it is accepted; follow its operation from there.',
    params: jobParams,
    query: dryRunQuery,
    headers: [keyHeader],
    answers: { 200: dryRunReply, 202: { description: 'It was accepted', schema: changeAnswer } },
    handle: async (services, call) => {
      const headers = readChangeHeaders(call.request, call.bytes);
      const { params } = call;
      if (isDryRun(call.query)) {
        return tryOut(services, call, headers, async () => {
          const job = await readLivingJob(services, params);
          await seeRunningWorkflow(services, params);
          return { job, wish: { to: verdict, spec: job.spec } };
        });
      }
      const request = { ...requestOf(headers, call), verdict };
      return change(services, call, headers, verdict, () =>
        ofRunningWorkflow(services, params, () => decideCandidateOf(services.temporal, params, request)),
      );
    },
  }),
);
