/** What is wrong with a spec, in words for the person who wrote it. */

/** One thing to mend. All problems of a spec are reported at once. */
export interface SpecProblem {
  /** Where: `spec.taskManager.slots`, `spec.job.args[2]`, `spec.flink.configuration["rest.port"]`. Empty: the whole spec. */
  readonly path: string;
  /** What is wrong, to be read after the path: "must be a whole number, but is a string". */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
}

/** Keys and array indexes from the top of the spec. */
export type FieldPath = readonly (string | number)[];

/** More problems than this help nobody: the last one then says how many were left out. */
const problemsMax = 50;

const plainKey = /^[A-Za-z_][\w-]*$/;

/** Keys that hold dots or other signs are quoted, so that a path can be read back without guessing. */
export function pathText(path: FieldPath): string {
  return path.map(stepText).join('').replace(/^\./, '');
}

function stepText(step: string | number): string {
  if (typeof step === 'number') return `[${step}]`;
  return plainKey.test(step) ? `.${step}` : `[${JSON.stringify(shorten(step))}]`;
}

/** A piece of the reader's own text, short enough for a message. */
export function shorten(text: string, lengthMax = 80): string {
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax - 1)}…`;
}

/** A problem at a path; without a hint the field is absent, not undefined. */
export function problem(path: FieldPath, message: string, hint?: string): SpecProblem {
  return { path: pathText(path), message, ...(hint !== undefined && { hint }) };
}

/** Drops repeated problems and keeps the list within `problemsMax`. */
export function limitProblems(problems: readonly SpecProblem[]): SpecProblem[] {
  const distinct = [...new Map(problems.map((each) => [`${each.path}\n${each.message}`, each])).values()];
  if (distinct.length <= problemsMax) return distinct;
  const left = distinct.length - (problemsMax - 1);
  return [...distinct.slice(0, problemsMax - 1), { path: '', message: `has ${left} more problems` }];
}
