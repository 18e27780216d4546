/** What another policy would have done with a job. */
import { z } from 'zod';
import { autoscalerSchema, type AutoscalerSpec } from '../../core/schema/autoscaler.ts';
import { parseAutoscaler } from '../../core/schema/parse-autoscaler.ts';
import type { Comparison, SimulationSummary, Totals } from '../../core/simulation/comparison.ts';
import { simulationAnswer } from '../autoscaler-shapes.ts';
import { badRange, jobParams, moment, uidQuery } from '../job-params.ts';
import { Problem } from '../problem.ts';
import { readJob } from '../read-job.ts';
import { defineRoute, type Route } from '../route.ts';
import { simulate } from '../simulate.ts';

/** As long as raw samples are kept with a window before it. */
const rangeMs = 5 * 60 * 60_000;

const simulation = defineRoute({
  method: 'post',
  path: '/v1/tenants/{tenant}/jobs/{name}/autoscaler/simulate',
  role: 'viewer',
  summary: 'Run a policy over what was measured of a job, and say what it would have done',
  description:
    'Changes nothing. The body is a policy as in `spec.autoscaler`. Each decision is made on what was measured, at the parallelism that ' +
    'the job had then. Of a removed job too.',
  params: jobParams,
  query: z.strictObject({
    from: moment().describe('Five hours before `to` unless told.'),
    to: moment().describe('Not included; now unless told.'),
    ...uidQuery,
  }),
  body: z.unknown(),
  bodyShown: autoscalerSchema,
  answers: { 200: { description: 'What was done, and what would have been', schema: simulationAnswer } },
  handle: async (services, { params, body, query: { from, to, uid: wanted } }) => {
    const spec = readPolicy(body);
    const nowMs = Date.now();
    const toMs = to === undefined ? nowMs : Date.parse(to);
    const fromMs = from === undefined ? toMs - rangeMs : Date.parse(from);
    if (fromMs >= toMs) throw badRange();
    const { uid, name } = await readJob(services, { ...params, uid: wanted });
    const { summary, comparisons, ...rest } = await simulate(services, { uid, name, fromMs, toMs, nowMs, spec });
    const items = comparisons.map(itemOf);
    return { body: { from: iso(fromMs), to: iso(toMs), ...rest, summary: shownOf(summary), items } };
  },
});

function readPolicy(input: unknown): AutoscalerSpec {
  const parsed = parseAutoscaler(input);
  if ('spec' in parsed) return parsed.spec;
  const { problems } = parsed;
  const [first] = problems;
  const words = first ? `${first.path || 'The policy'} ${first.message}` : 'The policy is not valid';
  throw new Problem('POLICY_REFUSED', `${words}.`, {
    cure: first?.hint ?? 'Write what stands under `spec.autoscaler`, and no more: docs/spec.md lists the fields.',
    problems,
  });
}

function itemOf({ atMs, untilMs, ...rest }: Comparison) {
  return { at: iso(atMs), until: iso(untilMs), ...rest };
}

function shownOf({ hours, done, would, ...counts }: SimulationSummary) {
  return { ...counts, hours: rounded(hours), done: shownTotals(done), would: shownTotals(would) };
}

function shownTotals({ rescales, slotHours }: Totals): Totals {
  return { rescales, slotHours: rounded(slotHours) };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

export const simulationRoutes: readonly Route[] = [simulation];
