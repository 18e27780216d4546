/** A short word for a change of a job: a route that makes another spec of the job's own, and asks the job's workflow for it. */
import type { z } from 'zod';
import type { ChangeVerb } from '../core/asked-change.ts';
import type { SpecWish } from '../core/dry-run.ts';
import type { JobView } from '../core/job.ts';
import { applied, scaledByHand } from '../core/scaling/given-parallelism.ts';
import { specHash } from '../core/spec/canonical.ts';
import type { ChangeAnswer } from '../workflows/messages.ts';
import { changeAnswer, changeOrDryRun } from './answer-shapes.ts';
import { change, keyHeader, matchHeader, requestOf, type ChangeCall } from './change.ts';
import { readChangeHeaders, type ChangeHeaders } from './change-headers.ts';
import { jobParams } from './job-params.ts';
import { changeJob } from './job-workflow.ts';
import { Problem } from './problem.ts';
import { readLivingJob, type JobRef } from './read-job.ts';
import { readSpec } from './read-spec.ts';
import { defineRoute, type Route } from './route.ts';
import { ofRunningWorkflow, seeRunningWorkflow } from './running-workflow.ts';
import type { Services } from './services.ts';
import { dryRunQuery, isDryRun, tryOut, type Trial } from './try-out.ts';
import { withCureIfAbsent } from './with-cure.ts';

/** What a word makes of a job. */
interface VerbWish extends Omit<SpecWish, 'to'> {
  readonly reason: string;
  /** Whether what is under way goes on to its end first. */
  readonly waits?: boolean;
  /** Whether it goes back to an earlier revision. */
  readonly isRollback?: boolean;
  /** Whether the spec is the job's own with other parallelism; else it is as somebody would apply it. */
  readonly isScaling?: boolean;
}

export interface Verb<Body> {
  readonly word: ChangeVerb | 'restore';
  readonly summary: string;
  readonly body: z.ZodType<Body>;
  /** What to do where the job does not exist, or was removed. */
  readonly ifAbsent?: (services: Services, ref: JobRef, body: Body) => Promise<string>;
  readonly wish: (services: Services, job: JobView, body: Body) => Promise<VerbWish>;
}

/** Makes its route. */
export function verb<Body>({ word, summary, body, wish, ifAbsent }: Verb<Body>): Route {
  return defineRoute({
    method: 'post',
    path: `/v1/tenants/{tenant}/jobs/{name}/${word}`,
    role: 'operator',
    summary,
    description: 'Answers when the change is accepted as a new revision; follow its operation from there.',
    params: jobParams,
    query: dryRunQuery,
    headers: [keyHeader, matchHeader],
    body,
    bodyOptional: true,
    answers: { 200: changeOrDryRun, 202: { description: 'The change was accepted', schema: changeAnswer } },
    handle: async (services, call) => {
      const headers = readChangeHeaders(call.request, call.bytes);
      const wishNow = () => wishOfNow(services, call.params, (job) => wish(services, job, call.body));
      const cureOf = async () => ifAbsent?.(services, call.params, call.body);
      if (isDryRun(call.query)) {
        const ask = async (): Promise<Trial> => {
          const { job, ...wished } = await wishNow();
          await seeRunningWorkflow(services, call.params);
          const before = { spec: job.spec, given: job.given ?? {} };
          const come = wished.isScaling === true ? scaledByHand : applied;
          const { spec } = come(wished.spec, before);
          return { job, wish: { to: 'change', ...wished, spec } };
        };
        return tryOut(services, call, headers, () => withCureIfAbsent(cureOf, ask));
      }
      const ask = () => ofRunningWorkflow(services, call.params, () => changed(services, call, headers, word, wishNow));
      return change(services, call, headers, word, () => withCureIfAbsent(cureOf, ask));
    },
  });
}

type WishOfNow = VerbWish & { readonly job: JobView };

async function wishOfNow(
  services: Services,
  ref: JobRef,
  wishOf: (job: JobView) => Promise<VerbWish>,
): Promise<WishOfNow> {
  const job = await readLivingJob(services, ref);
  const wish = await wishOf(job);
  return { job, ...wish, spec: readSpec(wish.spec, ref) };
}

/** How often a wish is made anew when somebody else changes the job meanwhile. */
const triesMax = 4;

/** The wish is made of the job as it is read; where that has changed meanwhile, it is made of what it is then. */
async function changed(
  services: Services,
  call: ChangeCall,
  headers: ChangeHeaders,
  word: ChangeVerb | 'restore',
  wishNow: () => Promise<WishOfNow>,
): Promise<ChangeAnswer> {
  for (let left = triesMax; ; left -= 1) {
    const { job, spec, reason, mode, force, restoreFrom, waits, isRollback, isScaling } = await wishNow();
    const asked = { ...requestOf(headers, call), ifRevision: headers.ifRevision ?? job.revision };
    try {
      return await changeJob(services.temporal, call.params, {
        ...asked,
        spec,
        specHash: specHash(spec),
        reason,
        ...(word !== 'restore' && { verb: word }),
        ...(mode && { mode }),
        ...(force && { force }),
        ...(restoreFrom && { restoreFrom }),
        ...(waits && { waits }),
        ...(isRollback && { isRollback }),
        ...(isScaling && { isScaling }),
      });
    } catch (error) {
      const isLate = error instanceof Problem && error.code === 'PRECONDITION_FAILED';
      if (!isLate || headers.ifRevision !== undefined || left === 1) throw error;
    }
  }
}
