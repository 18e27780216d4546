/** The numbers of profile `drey`, each with the reason for it. Found by `npm run bench:autoscaler`; options bound them from above. */

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

export const dreySettings = {
  /** After a start: compilation and caches make the first minutes dearer than what follows. */
  settleMs: 2 * minute,
  /** Demand is what came in these last minutes: the shortest span in which Flink's one-minute means tell the same twice. */
  demandWindowMs: 2 * minute,
  /** Samples that this needs at least: two rates, so that one sample that came late is seen against another. */
  demandSamples: 3,
  /** A vertex is too small when it would be busy for more than this share of its time. */
  busiest: 0.98,
  /** A vertex that is busy for this share of its time shows what it can do. */
  saturated: 0.95,
  /** A source without a lag metric that is held up for a smaller share of its time is not held up. */
  leastHeldUp: 0.2,
  /** What a rescale is assumed to stop the job for until one was measured. */
  restartMs: minute,
  /** A scale-up is worth its pause where without it the job would be that far behind, in terms of pauses and at least so long, since
   * the pause comes on top, and two minutes are what many users take for late … */
  worthPauses: 1,
  worthMs: 90 * second,
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
  /**
   * A load that is less than so many times too much, or within its noise, is judged by what came in over a longer time: metrics are up to 10 s old when
   * they are read, by which a rate over two minutes errs by 8 %, and one over ten by less than 2 %.
   */
  muchTooMuch: 1.25,
  longWindowMs: 10 * minute,
  /** What a load usually does is learned over this time, and known after it: a dozen of the waves that bursts make, not the day's. */
  usualMs: 2 * hour,
  /** It is up by no more than usual within so many standard deviations: chance alone never goes beyond … */
  usualSigmas: 5,
  /** … and then this part of it lasts through the look-ahead: the mean of what fades to a seventh within that time, about. */
  lastingPart: 0.5,
  /** A slope is told by a window that outlasts a burst, however many samples it has, and by four times so many of them. */
  trendMs: 12 * minute,
  trendSamples: 3,
  /** A load that climbs is met where it will be after so long, twice a window, and at most so much further up: twice the load. */
  trendAheadMs: 30 * minute,
  mostClimb: 1,
  /**
   * While the wishes of an interval still fall by this share, the end of the fall is awaited, for so long at most. A day's wave of one
   * to three falls by 13 % in an hour at most: it is not waited for.
   */
  stillFalling: 0.25,
  fallingMs: 3 * hour,
  /** A backlog may take so many times as long as planned before more is done about it; less where the user set the time. */
  planSlack: 2,
  ownPlanSlack: 1.2,
  /** A scale-down after another one, within this time, waits twice as long: so a falling load takes fewer steps. */
  stillFallingMs: 4 * hour,
  /** Uneven subtasks become so many times as many at most: beyond that, the share that was estimated decides more than the load. */
  mostEvened: 2,
  /** Subtasks that are uneven by less than this are even. */
  partsTolerance: 0.02,
  /** Scalings of a job and of each vertex that are remembered. */
  scalingsKept: 20,
  /** A backlog is worked off within this time, where the user says nothing: longer is late for longer, shorter takes slots for an hour. */
  catchUpMs: 8 * minute,
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
  /** What garbage collection may usually take: what G1 itself aims at, one part in 1 + 12 (`-XX:GCTimeRatio=12`, the JDK's default). */
  usualGc: 1 / 13,
  /** A heap that is sized anew is to have this share alive: half as much again is room enough for G1, whose pauses grow above 0.7. */
  aimedHeap: 0.65,
  /** A heap that collects too much grows by this factor at least, however little of it seems to be alive. */
  leastMoreHeap: 1.25,
  /** Memory goes back where that saves this share of a TaskManager. */
  leastMemoryBack: 0.2,
  /** A change of memory that takes a restart comes this long after the last at the soonest; by itself only where it gives so much more … */
  memoryRestMs: 6 * hour,
  leastMemoryMore: 0.1,
  /** … and less only after the job was watched for a day, for what is alive follows the load; and not less than this part at once. */
  memoryWatchMs: 24 * hour,
  mostMemoryBack: 0.5,
  /** A size that collected too much garbage is not gone back to for so long. */
  tooSmallMs: 30 * 24 * hour,
  /** Memory for which there was no room is not asked for again for so long, the first time; each time twice as long, and so long at most. */
  memoryRefusedMs: 24 * hour,
  longestRefusedMs: 16 * 24 * hour,
  /** After a loss for want of memory, so many times as much: as `spec.recovery` does. */
  moreAfterLoss: 1.5,
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
  busyAtPeak: 0.75,
  /** A custom metric may be so much above its target, as in Kubernetes' horizontal autoscaler. */
  customTolerance: 0.1,
  /** How far ahead the season is looked at: for the height of a scale-up, and before a scale-down. */
  horizonMs: 5 * hour,
  /** How long before it is needed a scale-up is brought forward. */
  leadMs: 10 * minute,
} as const;
