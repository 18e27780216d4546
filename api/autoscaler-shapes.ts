/** The shapes of answers about autoscalers and their decisions. */
import { z } from 'zod';
import { decisionActions, decisionOutcomes } from '../core/scaling/decision-record.ts';
import { autoscalerModes, autoscalerProfiles } from '../core/schema/autoscaler.ts';
import { given, time } from './shape-parts.ts';

const figure = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]);
const reasonShape = z.object({
  code: z.string().describe('Stable: scripts may match on it.'),
  text: z.string().describe('A sentence with the figures in it.'),
});
const decisionBase = {
  number: z.int().describe('Counts from 1 for each job.'),
  id: z.string().describe("The engine's: a decision is carried out once by it."),
  at: time,
  action: z
    .enum(decisionActions)
    .describe('`scale`: the job was to be rescaled. `advise`: it would be, were it allowed to.'),
  outcome: z.enum(decisionOutcomes).describe('What became of it. `notCarriedOut`, `failed`: `why` says the reason.'),
  mode: z.enum(autoscalerModes),
  revision: z.int().describe('Whose policy it was.'),
  reasons: z.array(reasonShape).describe('First the one that settled it.'),
  why: reasonShape.optional().describe('Why it was not carried out, or failed.'),
  operation: z.int().optional().describe('The operation that carries it out.'),
  memoryBytes: z.int().optional().describe('What each TaskManager gets with it, or would; absent: what it has.'),
  pauseMs: z.number().optional().describe('How long that kept the job from its work, in milliseconds.'),
  endedAt: time.optional().describe('When that had ended.'),
  asked: z.string().optional().describe('Key of whoever asked for it.'),
  askedBy: z.string().optional(),
};

export const decisionSummary = z
  .object({
    ...decisionBase,
    changes: z
      .array(z.object({ id: z.string(), name: z.string(), from: z.int(), to: z.int() }))
      .describe('The vertices that it changes, or would.'),
  })
  .meta({ id: 'DecisionSummary' });

export const decisionAnswer = z
  .object({
    ...decisionBase,
    profile: z.enum(autoscalerProfiles).optional().describe('Absent where nothing was decided.'),
    profileVersion: z.int().optional(),
    generation: z.int(),
    submission: z.int().describe('What the samples were taken of.'),
    vertices: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        parallelism: z.int().describe('What it has.'),
        recommended: z.int().describe('What it would get by its own load, with all limits.'),
        target: z.int().describe('What it gets by this decision.'),
        metrics: z.record(z.string(), figure).describe("By Flink's or the Apache operator's names."),
        limits: z.array(reasonShape.extend({ before: z.number(), after: z.number() })),
        reasons: z.array(reasonShape),
        arithmetic: z.array(z.string()).describe('A line for each step.'),
      }),
    ),
    parallelism: z.record(z.string(), z.int()).optional().describe('Of every vertex; absent where nothing changes.'),
    slots: z.int().optional().describe('The slots that the job takes with that parallelism.'),
    memoryAdvice: z
      .object({
        options: z.record(z.string(), z.string()),
        removed: z.array(z.string()),
        reasons: z.array(reasonShape),
      })
      .optional(),
    metrics: z.record(z.string(), figure).describe('Of the job as a whole.'),
  })
  .meta({ id: 'Decision' });

export const decisionInputAnswer = z
  .looseObject({ policy: z.looseObject({}), nowMs: z.number(), job: z.looseObject({}), samples: z.array(z.unknown()) })
  .describe('Policy, samples and memory: the same again give the same decision.')
  .meta({ id: 'DecisionInput' });

export const autoscalerAnswer = z
  .object({
    mode: z.enum(autoscalerModes),
    profile: z.enum(autoscalerProfiles),
    lastDecision: decisionSummary.optional(),
    underWay: z
      .object({ decision: z.int(), operation: z.int().optional() })
      .optional()
      .describe('The decision that the job carries out now.'),
    waits: z
      .array(z.object({ vertex: z.string(), since: time, to: z.int() }))
      .describe('Vertices that could be smaller, and since when: the largest parallelism that was wished since.'),
    coolDowns: z
      .array(z.object({ vertex: z.string(), above: z.int(), until: time }))
      .describe('Vertices that more parallelism did not help, and until when it is not tried again.'),
    heldOff: z
      .object({ until: time, times: z.int(), because: reasonShape })
      .optional()
      .describe('Until when nothing is scaled, for the job would not, or could not, how often in a row.'),
    asked: z
      .array(z.object({ key: z.string(), by: z.string().optional(), at: time }))
      .describe('Who waits for a decision.'),
    given: given.optional(),
  })
  .meta({ id: 'Autoscaler' });

export const askedAnswer = z
  .object({ key: z.string().describe('The decision carries it as `asked`.') })
  .meta({ id: 'DecisionAsked' });

const totals = z.object({
  rescales: z.int(),
  slotHours: z.number().describe('Slots times hours.'),
});

export const simulationAnswer = z
  .object({
    from: time,
    to: time,
    profile: z.enum(autoscalerProfiles),
    summary: z.object({
      judged: z.int().describe('Moments at which the policy could decide.'),
      notJudged: z.int().describe('Moments at which it could not, for want of samples.'),
      hours: z.number().describe('The time that was measured.'),
      done: totals.describe('What was done.'),
      would: totals.describe('What the policy would have done: an estimate.'),
      differing: z.int().describe('How many of the items differ.'),
    }),
    items: z
      .array(
        z.object({
          at: time,
          until: time.describe('The last moment at which the policy asked for it.'),
          done: z
            .object({ decision: z.int(), outcome: z.enum(decisionOutcomes) })
            .optional()
            .describe('What was decided then; absent: nothing.'),
          differs: z.boolean().describe('Whether the policy decides otherwise than was decided then.'),
          vertices: z.array(
            z.object({
              id: z.string(),
              name: z.string(),
              parallelism: z.int().describe('What it had.'),
              done: z.int().describe('What it got.'),
              would: z.int().describe('What it would have got.'),
            }),
          ),
          reason: reasonShape.describe('Of the policy.'),
        }),
      )
      .describe('The times at which anything was decided, or would have been, the oldest first.'),
    caveats: z.array(z.string()).describe('What the simulation does not tell.'),
  })
  .meta({ id: 'Simulation' });
