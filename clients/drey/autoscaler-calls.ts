/** The calls about a job's autoscaler. */
import type { z } from 'zod';
import {
  askedShape,
  autoscalerShape,
  decisionShape,
  decisionSummaryShape,
  simulationShape,
  type Asked,
  type Autoscaler,
  type Decision,
  type DecisionSummary,
  type Simulation,
} from './autoscaler-shapes.ts';
import { jobPath, type JobRef, type PastJobRef } from './paths.ts';
import type { Call } from './send.ts';
import { pageShape, type Page } from './shapes.ts';

interface DecisionsRequest {
  /** Only the one that was asked for with this key. */
  readonly asked?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** A time of the past: ISO 8601, `to` not included. */
interface PastRange {
  readonly from: string;
  readonly to: string;
}

/** What a call carries. */
type PostWish = Pick<Call, 'query' | 'body'>;

/** How the calls are sent. */
interface Senders {
  readonly get: <Value>(path: string, shape: z.ZodType<Value>, query?: Call['query']) => Promise<Value>;
  /** With one key, however often it is sent. */
  readonly post: <Value>(path: string, shape: z.ZodType<Value>, wish?: PostWish) => Promise<Value>;
}

export function autoscalerReads({ get, post }: Senders) {
  return {
    getAutoscaler: (job: JobRef): Promise<Autoscaler> => get(`${jobPath(job)}/autoscaler`, autoscalerShape),
    /** What was decided, the newest first. */
    listDecisions: (job: PastJobRef, request: DecisionsRequest = {}): Promise<Page<DecisionSummary>> =>
      get(`${jobPath(job)}/decisions`, pageShape(decisionSummaryShape), { uid: job.uid, ...request }),
    getDecision: (job: PastJobRef, number: number): Promise<Decision> =>
      get(`${jobPath(job)}/decisions/${number}`, decisionShape, { uid: job.uid }),
    /** What a policy would have done; changes nothing. @param policy as in `spec.autoscaler`; the API judges it */
    simulate: ({ uid, ...job }: PastJobRef, policy: unknown, range: PastRange): Promise<Simulation> =>
      post(`${jobPath(job)}/autoscaler/simulate`, simulationShape, { query: { uid, ...range }, body: policy }),
  };
}

export function autoscalerChanges({ post }: Pick<Senders, 'post'>) {
  return {
    /** Has it decide now. The decision carries the key of the answer. */
    decideNow: (job: JobRef): Promise<Asked> => post(`${jobPath(job)}/autoscaler/decide`, askedShape),
  };
}
