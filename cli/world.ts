/** What the CLI touches of the world around it. Commands get it as a value, so that tests can give them another one. */

/** An output stream; `columns` and `rows` are known on a terminal only. */
export interface Output {
  readonly isTTY: boolean;
  readonly columns: number;
  readonly rows: number;
  write(text: string): void;
}

export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: string;
  /** The checkout or package that this CLI runs from. */
  readonly root: string;
  readonly out: Output;
  readonly err: Output;
  readInput(): Promise<string>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Aborted by Ctrl-C. */
  readonly interrupted: AbortSignal;
}

/** Writes one line. */
export function say(output: Output, line: string): void {
  output.write(`${line}\n`);
}

/** The text without what would steer a terminal: names and messages come from elsewhere. Line breaks and tabs stay. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
}
