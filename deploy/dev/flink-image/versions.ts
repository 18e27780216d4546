/** Which Flink is packed under which short version, and from where its parts come. */

/** A Flink line that an image can be made of. */
export type FlinkLine = '2.3' | '2.2' | '2.1' | '2.0' | '1.20';

/** The exact releases behind a line. */
export interface FlinkRelease {
  readonly line: FlinkLine;
  /** Release of `apache-flink` and `apache-flink-libraries` on PyPI. */
  readonly flink: string;
  /** Release of `flink-examples-streaming` on Maven Central, which has it for few releases only. */
  readonly examples: string;
}

const releases: Readonly<Record<FlinkLine, FlinkRelease>> = {
  '2.3': { line: '2.3', flink: '2.3.0', examples: '2.3.0' },
  '2.2': { line: '2.2', flink: '2.2.1', examples: '2.3.0' },
  '2.1': { line: '2.1', flink: '2.1.3', examples: '2.3.0' },
  '2.0': { line: '2.0', flink: '2.0.2', examples: '2.3.0' },
  '1.20': { line: '1.20', flink: '1.20.5', examples: '1.20.0' },
};

/**
 * The release of a line.
 * @throws when there is no image of that line; the message lists those that exist.
 */
export function releaseOf(line: string): FlinkRelease {
  const release = Object.values(releases).find((known) => known.line === line);
  if (!release) throw new Error(`no Flink ${line}: choose one of ${Object.keys(releases).join(', ')}`);
  return release;
}
