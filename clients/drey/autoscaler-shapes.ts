/** What the API answers about autoscalers, checked at the edge. Open where the API may grow, like shapes.ts. */
import { z } from 'zod';
import type { Figure } from '../../core/autoscaler/samples.ts';
import type { GivenParallelism } from '../../core/scaling/given-parallelism.ts';

export const givenShape: z.ZodType<GivenParallelism> = z.record(
  z.string(),
  z.object({ to: z.number(), over: z.number().optional(), least: z.number().optional() }),
);

const figure = z.custom<Figure>(
  (value) => typeof value === 'number' || typeof value === 'string',
  'expected a number, or a word for none',
);
const reason = z.object({ code: z.string(), text: z.string() });

const decision = {
  number: z.number(),
  id: z.string(),
  at: z.string(),
  action: z.string(),
  outcome: z.string(),
  mode: z.string(),
  revision: z.number(),
  reasons: z.array(reason),
  why: reason.optional(),
  operation: z.number().optional(),
  memoryBytes: z.number().optional(),
  pauseMs: z.number().optional(),
  endedAt: z.string().optional(),
  asked: z.string().optional(),
  askedBy: z.string().optional(),
};

/** A decision in short. */
export const decisionSummaryShape = z.object({
  ...decision,
  changes: z.array(z.object({ id: z.string(), name: z.string(), from: z.number(), to: z.number() })),
});
export type DecisionSummary = z.output<typeof decisionSummaryShape>;

const vertex = z.object({
  id: z.string(),
  name: z.string(),
  parallelism: z.number(),
  recommended: z.number(),
  target: z.number(),
  metrics: z.record(z.string(), figure),
  limits: z.array(reason.extend({ before: z.number(), after: z.number() })),
  reasons: z.array(reason),
  arithmetic: z.array(z.string()),
});
export type DecisionVertex = z.output<typeof vertex>;

/** A decision with its arithmetic. */
export const decisionShape = z.object({
  ...decision,
  profile: z.string().optional(),
  profileVersion: z.number().optional(),
  generation: z.number(),
  submission: z.number(),
  vertices: z.array(vertex),
  parallelism: z.record(z.string(), z.number()).optional(),
  slots: z.number().optional(),
  memoryAdvice: z
    .object({ options: z.record(z.string(), z.string()), removed: z.array(z.string()), reasons: z.array(reason) })
    .optional(),
  metrics: z.record(z.string(), figure),
});
export type Decision = z.output<typeof decisionShape>;

/** What the autoscaler of a job does, and what it waits for. */
export const autoscalerShape = z.object({
  mode: z.string(),
  profile: z.string(),
  lastDecision: decisionSummaryShape.optional(),
  underWay: z.object({ decision: z.number(), operation: z.number().optional() }).optional(),
  waits: z.array(z.object({ vertex: z.string(), since: z.string(), to: z.number() })),
  coolDowns: z.array(z.object({ vertex: z.string(), above: z.number(), until: z.string() })),
  heldOff: z.object({ until: z.string(), times: z.number(), because: reason }).optional(),
  asked: z.array(z.object({ key: z.string(), by: z.string().optional(), at: z.string() })),
  given: givenShape.optional(),
});
export type Autoscaler = z.output<typeof autoscalerShape>;

/** The key that the decision will carry. */
export const askedShape = z.object({ key: z.string() });
export type Asked = z.output<typeof askedShape>;

const totals = z.object({ rescales: z.number(), slotHours: z.number() });

/** What a policy would have done, beside what was done. */
export const simulationShape = z.object({
  from: z.string(),
  to: z.string(),
  profile: z.string(),
  summary: z.object({
    judged: z.number(),
    notJudged: z.number(),
    hours: z.number(),
    done: totals,
    would: totals,
    differing: z.number(),
  }),
  items: z.array(
    z.object({
      at: z.string(),
      until: z.string(),
      done: z.object({ decision: z.number(), outcome: z.string() }).optional(),
      differs: z.boolean(),
      vertices: z.array(
        z.object({ id: z.string(), name: z.string(), parallelism: z.number(), done: z.number(), would: z.number() }),
      ),
      reason,
    }),
  ),
  caveats: z.array(z.string()),
});
export type Simulation = z.output<typeof simulationShape>;
