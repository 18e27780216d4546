/**
 * How long an attempt of an activity that makes objects may last, in milliseconds. When the workflow that asked for it was
 * terminated, nobody tells the attempt: until then it may still make them.
 */
export const lateAttemptMs = 15_000;
