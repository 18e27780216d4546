/** The numbers of profile `drey`, each with the reason for it. Found by `npm run bench:autoscaler`; options bound them from above. */

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

export const dreySettings = {
  /** After a start: compilation and caches make the first minutes dearer than what follows. */
  settleMs: 2 * minute,
  /** Demand is what came in these last minutes: the shortest span in which Flink's one-minute means tell the same twice. */
  demandWindowMs: 2 * minute,
  /** Samples that this needs at least. */
  demandSamples: 4,
  /** A vertex is too small when it would be busy for more than this share of its time. */
  busiest: 0.98,
  /** A vertex that is busy for this share of its time shows what it can do. */
  saturated: 0.95,
  /** A source without a lag metric that is held up for a smaller share of its time is not held up. */
  leastHeldUp: 0.2,
  /** What a rescale is assumed to stop the job for until one was measured. */
  restartMs: minute,
  /** A scale-up is worth its pause where without it the job would be that far behind, in terms of pauses and at least so long … */
  worthPauses: 1,
  worthMs: 110 * second,
  /** … after so long. */
  lookAheadMs: 10 * minute,
  /** A scale-down was regretted that had to be undone within this time: the next one waits twice as long. */
  regretMs: 6 * hour,
  /** It waits so many times as long at most. */
  mostPatience: 8,
  /** When records waited for all of so long a time, a vertex that was busy for this share shows by its rate what it can do. */
  behindThroughoutMs: 6 * minute,
  busyWhenBehind: 0.6,
  /** While the load rises by this factor within the last minutes, and the job is less behind than that, its end is awaited. */
  stillRising: 1.2,
  patientMs: 45 * second,
  /** A backlog may take so many times as long as planned before more is done about it; less where the user set the time. */
  planSlack: 2,
  ownPlanSlack: 1.2,
  /** A scale-down after another one, within this time, waits twice as long: so a falling load takes fewer steps. */
  stillFallingMs: 4 * hour,
  /** Subtasks that are uneven by less than this are even. */
  partsTolerance: 0.02,
  /** Scalings of a job and of each vertex that are remembered. */
  scalingsKept: 20,
  /** A backlog is worked off within this time, where the user says nothing. */
  catchUpMs: 15 * minute,
  /** A job that is less behind than this is not behind. */
  behindMs: 30 * second,
  /** After a scale-down, a vertex is busy for this share of its time, by the largest demand of the interval. */
  busyAfterScaleDown: 0.7,
  /** A scale-down that saves a smaller share of the job's slots is not worth the pause. */
  leastSaving: 0.4,
  /** Vertices that have free room in slots that are there anyway are made large enough to be busy for this share. */
  busyInFreeRoom: 0.5,
  /** After a scale-down, no more of a heap is to be alive than this; and before it, garbage collection is to take no more. */
  fullestHeap: 0.8,
  mostGc: 0.2,
  /** What is known of a capacity is forgotten after this time. */
  capacityAgeMs: 7 * 24 * hour,
  /** A vertex that is less busy does not show what it could do. */
  leastBusyToLearn: 0.3,
  /** A scale-up that gains a smaller share of what it should is useless. */
  leastGain: 0.1,
  /** A scale-up is judged by what was seen after it for so long, and not later than so much after it. */
  judgedByMs: 2 * minute,
  judgedWithinMs: hour,
  /** How long a useless scale-up is not tried again, the first time; each time twice as long. */
  distrustMs: 24 * hour,
  /** The season’s largest rate may keep a vertex busy for this share of its time. */
  busyAtPeak: 0.85,
  /** A custom metric may be so much above its target, as in Kubernetes' horizontal autoscaler. */
  customTolerance: 0.1,
  /** How far ahead the season is looked at: for the height of a scale-up, and before a scale-down. */
  horizonMs: 5 * hour,
  /** How long before it is needed a scale-up is brought forward. */
  leadMs: 10 * minute,
} as const;
