/** Reads Java stack traces as Flink puts them into its answers and logs. */

/** The exception at the bottom of a trace that says something. */
export interface RootCause {
  /** The class with its package, such as `java.io.FileNotFoundException`; empty where the text is no trace. */
  readonly className: string;
  readonly message: string;
  /** `Class: message`, the class without its package. */
  readonly text: string;
}

interface Header {
  readonly className: string;
  readonly message: string;
}

const throwableName = String.raw`(?:[a-zA-Z_$][\w$]*\.)+[A-Z][\w$]*`;
const headerLine = new RegExp(`^(?:Caused by: )?(${throwableName})(?:: (.*))?$`);
const nested = new RegExp(`^(${throwableName}(?:Exception|Error|Throwable))(?:: ([\\s\\S]*))?$`);

/** Classes that only carry another exception. */
const wrappers = /(?:CompletionException|ExecutionException|SerializedThrowable|InvocationTargetException)$/;

/** The last meaningful `Caused by` of a trace; of plain text, its first line. */
export function rootCause(trace: string): RootCause {
  const chain = causes(trace);
  const last = chain.at(-1);
  if (!last) return { className: '', message: firstLine(trace), text: firstLine(trace) };
  if (last.message) return { ...last, text: `${simpleName(last.className)}: ${last.message}` };
  // A bare class, as of a NullPointerException, says more beside the sentence that came before it.
  const before = chain.findLast((cause) => cause.message !== '');
  const text = before ? `${before.message} (${simpleName(last.className)})` : simpleName(last.className);
  return { className: last.className, message: before?.message ?? '', text };
}

/** The exceptions of a trace from the outermost to the root, carriers unwrapped, suppressed ones left out. */
export function causes(trace: string): readonly { readonly className: string; readonly message: string }[] {
  const chain: Header[] = [];
  let open: { className: string; lines: string[] } | undefined;
  const close = () => {
    if (open) chain.push(unwrapped({ className: open.className, message: open.lines.join('\n').trim() }));
    open = undefined;
  };
  for (const line of trace.replaceAll('<Exception on server side:\n', '').split('\n')) {
    const header = headerLine.exec(line);
    if (header?.[1] !== undefined && (open === undefined || line.startsWith('Caused by: '))) {
      close();
      open = { className: header[1], lines: [header[2] ?? ''] };
    } else if (/^\s|^End of exception on server side/.test(line)) close();
    else open?.lines.push(line);
  }
  close();
  return chain;
}

/** Frames of Flink, of Java and of what both are made with. */
const notOfProgram = /^(?:org\.apache\.flink|java|javax|jdk|sun|com\.sun|scala|org\.apache\.pekko|akka)\./;

/** The class of the program that Flink had called when the first exception of the trace was thrown, such as `dev.shop.Totals`. */
export function programClass(trace: string): string | undefined {
  const [outermost = ''] = trace.split('\nCaused by: ', 1);
  const frames = [...outermost.matchAll(/^\s+at (?:[\w.@-]*\/)*((?:[\w$]+\.)+[\w$]+)\.[\w$<>]+\(/gm)].map(
    ([, name = '']) => name,
  );
  // Below its helpers, and above the next that is Flink's.
  const first = frames.findIndex((name) => !notOfProgram.test(`${name}.`));
  if (first < 0) return undefined;
  const after = frames.slice(first).findIndex((name) => notOfProgram.test(`${name}.`));
  return after < 1 ? undefined : frames[first + after - 1];
}

/** The trace for people: its headers, and the frames that are nearest to the cause. */
export function condensed(trace: string, framesOfRoot = 8): string {
  const lines = trace.split('\n').filter((line) => !/^\s+\.\.\. \d+ (?:common frames|more)/.test(line));
  const root = lines.findLastIndex((line) => line.startsWith('Caused by: '));
  const kept = lines.filter(
    (line, at) => !line.startsWith('\tat ') || framesAfter(lines, Math.max(root, 0), at) < framesOfRoot,
  );
  return kept.join('\n').trim();
}

/** How many frames lie between the root's header and this line; none of an outer exception's frames is near. */
function framesAfter(lines: readonly string[], root: number, at: number): number {
  if (at < root) return Number.POSITIVE_INFINITY;
  return lines.slice(root, at).filter((line) => line.startsWith('\tat ')).length;
}

/** A carrier's message begins with the exception it carries. */
function unwrapped(header: Header): Header {
  const inner = nested.exec(header.message);
  const carries = wrappers.test(header.className) || header.className === 'java.lang.RuntimeException';
  if (!carries || inner?.[1] === undefined) return header;
  return unwrapped({ className: inner[1], message: inner[2] ?? '' });
}

function simpleName(className: string): string {
  return className.split('.').at(-1) ?? className;
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] ?? '';
}
