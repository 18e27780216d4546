/** How long the parts of a stop may take, in milliseconds. */

/** How long a JobManager may be silent before its pods are ended and the storage is read instead: a restart takes less. */
export const silenceMs = 45_000;

/**
 * The same once a stop was asked for: a JobManager that takes over would run the job again from an older checkpoint, and
 * commit again what the savepoint has committed. Kubernetes high availability leases for 15 s and renews every 5 s, so that none
 * takes over within 10 s of an answer. A JobManager whose connections are refused is ended after this time, one that hangs
 * after two calls, which are 6 s.
 */
export const silenceWhenAskedMs = 3_000;

/** What is only canceled loses nothing when its pods are ended, but a start that goes on from the storage takes longer. */
export const silenceWhenCanceledMs = 3_000;

/**
 * From so many calls in a row without an answer on a JobManager is silent. One answer may be lost, or slow where the node is busy; and where this
 * process itself stood still, a call may be out of time before it was sent.
 */
export const unansweredMin = 2;

/**
 * Two of these and the end of the pods fit well into the 10 s. Before the stop is asked for it is the same: what cannot answer in this time
 * would be taken for silent afterwards, and is better left alone.
 */
export const callMs = 3_000;

/** Of a savepoint that takes long: each look is two requests or more. */
export const pollEveryMsMax = 250;

/** What a stop gets beyond the job's own checkpoint timeout, which may be longer than the time that it is given. */
export const marginMs = 60_000;

/** Longest savepoint that is waited for, whatever that timeout is: an attempt lasts a day. */
export const savepointMsMax = 12 * 3_600_000;

/** How long tasks that start are waited for: what restarts for longer than that has a trouble of its own. */
export const startingMs = 60_000;

/** How long a job may take to end once its savepoint is there: nothing is processed then. */
export const endingMs = 5 * 60_000;

/** For operations of releases that did not say it. */
export const withinMsDefault = 12 * 60_000;

/** After an answer that is an error: the next look is not urgent. */
export const refusedMs = 500;
