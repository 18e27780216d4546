/** The calls about a job's autoscaler. */
import type { z } from 'zod';
import {
  askedShape,
  autoscalerShape,
  decisionShape,
  decisionSummaryShape,
  type Asked,
  type Autoscaler,
  type Decision,
  type DecisionSummary,
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

/** How the calls are sent. */
interface Senders {
  readonly get: <Value>(path: string, shape: z.ZodType<Value>, query?: Call['query']) => Promise<Value>;
  /** With one key, however often it is sent. */
  readonly post: <Value>(path: string, shape: z.ZodType<Value>) => Promise<Value>;
}

export function autoscalerCalls({ get, post }: Senders) {
  return {
    getAutoscaler: (job: JobRef): Promise<Autoscaler> => get(`${jobPath(job)}/autoscaler`, autoscalerShape),
    /** What was decided, the newest first. */
    listDecisions: (job: PastJobRef, request: DecisionsRequest = {}): Promise<Page<DecisionSummary>> =>
      get(`${jobPath(job)}/decisions`, pageShape(decisionSummaryShape), { uid: job.uid, ...request }),
    getDecision: (job: PastJobRef, number: number): Promise<Decision> =>
      get(`${jobPath(job)}/decisions/${number}`, decisionShape, { uid: job.uid }),
    /** Has it decide now. The decision carries the key of the answer. */
    decideNow: (job: JobRef): Promise<Asked> => post(`${jobPath(job)}/autoscaler/decide`, askedShape),
  };
}
