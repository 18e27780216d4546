/** What is written on an anchor for an autoscaler, as it is read back: another release may have written it. */
import { z } from 'zod';
import type { AutoscalerNote } from '../autoscaler/signal.ts';

const figure = z.union([z.number(), z.literal(['NaN', 'Infinity', '-Infinity'])]);
const wish = z.object({ atMs: z.number(), parallelism: z.number(), outside: z.boolean() });

const scaling = z.object({
  atMs: z.number(),
  from: z.number(),
  to: z.number(),
  trueRate: figure,
  expectedRate: figure,
  targetRate: figure,
});

const jobScaling = z.object({
  atMs: z.number(),
  decision: z.string(),
  to: z.record(z.string(), z.number()),
  restartMs: z.number().exactOptional(),
  pauseMs: z.number().exactOptional(),
  byUpgrade: z.literal(true).exactOptional(),
});

const capacityPoint = z.object({
  parallelism: z.number(),
  recordsPerSecond: z.number(),
  measured: z.number(),
  atMs: z.number(),
});

const distrust = z.object({
  vertex: z.string(),
  above: z.number(),
  atMs: z.number(),
  untilMs: z.number(),
  times: z.number(),
});

const seasonSlot = z.object({ day: z.number(), today: z.number(), usual: z.number().exactOptional() });

const usualLoad = z.object({
  level: z.number(),
  deviation: z.number(),
  drift: z.number(),
  sinceMs: z.number(),
  atMs: z.number(),
});

const memoryGiven = z.object({
  usualBytes: z.number(),
  givenBytes: z.number(),
  atMs: z.number().exactOptional(),
  isLess: z.literal(true).exactOptional(),
  leastBytes: z.number().exactOptional(),
  tooSmall: z.object({ bytes: z.number(), atMs: z.number() }).exactOptional(),
});

const watched = z.object({
  bytes: z.number(),
  beforeBytes: z.number().exactOptional(),
  slots: z.number(),
  sinceMs: z.number(),
  alive: z.number().exactOptional(),
});

const observed = z.object({ atMs: z.number(), runningSinceMs: z.number(), rates: z.record(z.string(), figure) });

const memory = z.object({
  scalings: z.record(z.string(), z.array(scaling)),
  jobScalings: z.array(jobScaling),
  delayedScaleDowns: z.record(z.string(), z.object({ sinceMs: z.number(), wishes: z.array(wish) })),
  capacity: z.record(z.string(), z.array(capacityPoint)),
  season: z.array(seasonSlot.nullable()).exactOptional(),
  usual: usualLoad.exactOptional(),
  fallingSinceMs: z.number().exactOptional(),
  distrusts: z.array(distrust),
  memoryGiven: memoryGiven.exactOptional(),
  memoryTriedAtMs: z.number().exactOptional(),
  memoryRefused: z.object({ bytes: z.number(), untilMs: z.number(), times: z.number() }).exactOptional(),
  watched: watched.exactOptional(),
  observed: observed.exactOptional(),
  program: z.object({ digest: z.string(), sinceMs: z.number() }).exactOptional(),
});

const note = z.object({
  memory,
  lastTold: z.string().exactOptional(),
  toldTimes: z.number().exactOptional(),
  answered: z.string().exactOptional(),
});

/** The note; undefined where there is none, or none that is understood: then the autoscaler begins anew. */
export function readAutoscalerNote(text: string | undefined): AutoscalerNote | undefined {
  if (text === undefined) return undefined;
  try {
    return note.parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof z.ZodError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
