/** What becomes of the candidate of a blue/green upgrade. */
import { candidateVerdicts } from '../../core/job.ts';
import { changeAnswer } from '../answer-shapes.ts';
import { change, keyHeader, requestOf } from '../change.ts';
import { readChangeHeaders } from '../change-headers.ts';
import { jobParams } from '../job-params.ts';
import { decideCandidateOf } from '../job-workflow.ts';
import { defineRoute, type Route } from '../route.ts';

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
    headers: [keyHeader],
    answers: { 202: { description: 'It was accepted', schema: changeAnswer } },
    handle: async (services, call) => {
      const headers = readChangeHeaders(call.request, call.bytes);
      return change(services, call, headers, verdict, () =>
        decideCandidateOf(services.temporal, call.params, { ...requestOf(headers, call), verdict }),
      );
    },
  }),
);
