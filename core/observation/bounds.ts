/** How much of each thing an observation holds at most: it travels in signals, and stays a few KB. */

/** Times of a job's newest restarts: as many as a restart loop may be said to have. */
export const restartTimesMax = 50;

/** Pods in trouble, of each component. */
export const troubledPodsMax = 3;

/** Objects that are missing, and objects that were changed: a generation has no more. */
export const objectsMax = 10;

/** Characters of a name, or of what was changed. */
export const nameLengthMax = 120;

/** Characters of a sentence. */
export const sentenceLengthMax = 500;

/** Characters of a failure's evidence. */
export const evidenceLengthMax = 1024;
