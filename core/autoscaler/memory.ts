/** What the autoscaler remembers of a job from decision to decision. Plain data: the job's autoscaler workflow holds it. */
import type { Figure } from './samples.ts';

/** One scaling of one vertex, as it was decided. */
export interface VertexScaling {
  readonly atMs: number;
  readonly from: number;
  readonly to: number;
  /** Records a second that the vertex could process then (`TRUE_PROCESSING_RATE`). */
  readonly trueRate: Figure;
  /** Records a second that it was expected to be able to process afterwards. */
  readonly expectedRate: Figure;
  /** Records a second that it was to process (`TARGET_DATA_RATE`). */
  readonly targetRate: Figure;
}

/** One scaling of the job, and how long it took. */
export interface JobScaling {
  readonly atMs: number;
  /** The decision that it came from. */
  readonly decision: string;
  readonly to: Readonly<Record<string, number>>;
  /** From the scaling to when all tasks ran again; absent until that was seen. */
  readonly restartMs?: number;
  /** How long no record was processed, where the operation measured it. */
  readonly pauseMs?: number;
  /** It was an upgrade, for memory came with it: it says nothing of how long a rescale takes. */
  readonly byUpgrade?: true;
}

/** What TaskManagers were given of memory: bytes of a process. */
export interface MemoryGiven {
  /** As the user has it. */
  readonly usualBytes: number;
  /** What it was given instead. */
  readonly givenBytes: number;
  /** When that was decided, where it took a restart. */
  readonly atMs?: number;
  /** It was less than before: more may follow at once. */
  readonly isLess?: true;
  /** What somebody else had raised it to before: it gets no less. */
  readonly leastBytes?: number;
  /** A size that collected too much garbage. */
  readonly tooSmall?: { readonly bytes: number; readonly atMs: number };
}

/** More memory for which there was no room, and until when more is not asked for again. */
export interface MemoryRefused {
  /** Of a TaskManager's process. */
  readonly bytes: number;
  readonly untilMs: number;
  /** How often in a row. */
  readonly times: number;
}

/** How TaskManagers were used since their size or their number changed: see memory-watch.ts. */
export interface WatchedMemory {
  readonly bytes: number;
  /** Their size before this one. */
  readonly beforeBytes?: number;
  readonly slots: number;
  readonly sinceMs: number;
  /** The largest share of a heap that was alive throughout a window; absent until a window was seen. */
  readonly alive?: number;
}

/** A wish to scale down that waits. */
export interface DelayedScaleDown {
  readonly sinceMs: number;
  /** What was wished within the delay, oldest first; `outside` says whether the rate had left its bounds then. */
  readonly wishes: readonly { readonly atMs: number; readonly parallelism: number; readonly outside: boolean }[];
}

/** What a vertex could process at some parallelism, as it was measured. */
export interface CapacityPoint {
  readonly parallelism: number;
  readonly recordsPerSecond: number;
  /** In how many windows it was measured; of their mean, later ones weigh more. */
  readonly measured: number;
  readonly atMs: number;
}

/** A scale-up that did not help, and until when it is not tried again. */
export interface Distrust {
  readonly vertex: string;
  /** The parallelism from which more did not help. */
  readonly above: number;
  readonly atMs: number;
  readonly untilMs: number;
  /** How often it was found so. */
  readonly times: number;
}

/** What all sources took in at a time of the day. */
export interface SeasonSlot {
  /** Day (since 1970, UTC) of `today`. */
  readonly day: number;
  /** The most of that day so far, records a second. */
  readonly today: number;
  /** The most of the days before, later ones weighing more; absent on the first day. */
  readonly usual?: number;
}

/** What all sources usually take in, records a second: see usual-load.ts. */
export interface UsualLoad {
  readonly level: number;
  /** How far it is from the level, whichever way; and which way it goes. */
  readonly deviation: number;
  readonly drift: number;
  readonly sinceMs: number;
  readonly atMs: number;
}

/** What sources read while they caught up (`OBSERVED_TPR`), as far as it is known from samples that are gone by now. */
export interface ObservedRates {
  /** The sample of which it holds. */
  readonly atMs: number;
  /** Of which run of the job; another one begins anew. */
  readonly runningSinceMs: number;
  /** By vertex, records a second. */
  readonly rates: Readonly<Record<string, Figure>>;
}

/** What runs, and since when: what was learned of a program before says little of this one. */
export interface ProgramKnown {
  /** See `AutoscaledJob.program`. */
  readonly digest: string;
  /** Of the first decision on it; 0 where none before is known. */
  readonly sinceMs: number;
}

/** All that is handed from decision to decision. */
export interface EngineMemory {
  /** By vertex, oldest first. */
  readonly scalings: Readonly<Record<string, readonly VertexScaling[]>>;
  readonly jobScalings: readonly JobScaling[];
  readonly delayedScaleDowns: Readonly<Record<string, DelayedScaleDown>>;
  /** By vertex, smallest parallelism first. */
  readonly capacity: Readonly<Record<string, readonly CapacityPoint[]>>;
  /** By the time of the day, from midnight (UTC), each half an hour: see season.ts. */
  readonly season?: readonly (SeasonSlot | null)[];
  readonly usual?: UsualLoad;
  /** Since when a scale-down waits for the end of a fall. */
  readonly fallingSinceMs?: number;
  readonly distrusts: readonly Distrust[];
  readonly memoryGiven?: MemoryGiven;
  /** When memory was last asked for in vain. */
  readonly memoryTriedAtMs?: number;
  readonly memoryRefused?: MemoryRefused;
  readonly watched?: WatchedMemory;
  readonly observed?: ObservedRates;
  readonly program?: ProgramKnown;
}

/** Of a job that was never decided on. */
export const emptyMemory: EngineMemory = {
  scalings: {},
  jobScalings: [],
  delayedScaleDowns: {},
  capacity: {},
  distrusts: [],
};
