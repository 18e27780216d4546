/** Shows steps while they run: one rewritten line each on a terminal, plain lines elsewhere; all of it in a log file. */
import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

export interface Step {
  readonly name: string;
  /** What a person can do when it fails. */
  readonly cure?: string;
  /** Where more about it is written; the run's own log unless told. */
  readonly logFile?: string;
}

/** A step that failed, with what its reader needs. */
export interface StepFailure {
  readonly step: Step;
  readonly error: unknown;
}

interface RunningStep {
  readonly step: Step;
  readonly startedAt: number;
  line: string;
  shownAt: number;
}

export type ReportLine = (line: string) => void;

/** Thrown to what waits for a step that failed; the failure itself is reported by `Progress`. */
export class StepFailed extends Error {
  constructor(step: Step, cause: unknown) {
    super(`${step.name} failed`, { cause });
  }
}

/** Plain lines come at most this often per step: a build of minutes must not print thousands. */
const plainIntervalMs = 5000;
const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

export class Progress {
  readonly failures: StepFailure[] = [];
  readonly #running: RunningStep[] = [];
  readonly #out: NodeJS.WriteStream;
  readonly #logFile: string;
  #drawnLines = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(logFile: string, out: NodeJS.WriteStream = process.stdout) {
    this.#logFile = logFile;
    this.#out = out;
    mkdirSync(dirname(logFile), { recursive: true });
    appendFileSync(logFile, `\n--- ${new Date().toISOString()} ${process.argv.slice(1).join(' ')}\n`);
  }

  /** Runs a step and shows it. Returns what the step returned, with a note to show beside its time if it gives one. */
  async run<T>(step: Step, work: (report: ReportLine) => Promise<T>, note?: (result: T) => string): Promise<T> {
    const running: RunningStep = { step, startedAt: performance.now(), line: '', shownAt: performance.now() };
    this.#running.push(running);
    this.#animate();
    this.#log(step, 'started');
    try {
      const result = await work((line) => this.#report(running, line));
      this.#finish(running, '✓', note?.(result) ?? '');
      return result;
    } catch (error) {
      // A step that could not begin because another one failed is not a second failure.
      if (error instanceof StepFailed) this.#drop(running);
      else this.#fail(running, error);
      throw error instanceof StepFailed ? error : new StepFailed(step, error);
    }
  }

  /** Prints lines above the steps that run. */
  print(text: string): void {
    this.#erase();
    this.#out.write(`${text}\n`);
    this.#draw();
  }

  #fail(running: RunningStep, error: unknown): void {
    this.failures.push({ step: running.step, error });
    this.#log(running.step, error instanceof Error ? (error.stack ?? error.message) : String(error));
    this.#finish(running, '✗', reasonOf(error).split('\n')[0] ?? '');
  }

  #report(running: RunningStep, line: string): void {
    running.line = line.trim();
    this.#log(running.step, line);
    if (this.#out.isTTY || performance.now() - running.shownAt < plainIntervalMs) return;
    running.shownAt = performance.now();
    this.#out.write(`  ${running.step.name}: ${running.line.slice(0, 200)} (${seconds(running)})\n`);
  }

  #finish(running: RunningStep, mark: string, note: string): void {
    this.#drop(running);
    this.print(`${mark} ${running.step.name.padEnd(28)} ${seconds(running).padStart(7)}  ${note}`.trimEnd());
    this.#log(running.step, `${mark} ${seconds(running)} ${note}`);
  }

  #drop(running: RunningStep): void {
    this.#erase();
    this.#running.splice(this.#running.indexOf(running), 1);
    if (this.#running.length > 0 || this.#timer === undefined) return this.#draw();
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #animate(): void {
    if (!this.#out.isTTY || this.#timer !== undefined) return;
    this.#timer = setInterval(() => {
      this.#erase();
      this.#draw();
    }, 100);
  }

  #erase(): void {
    if (this.#drawnLines > 0) this.#out.write(`\u001B[${this.#drawnLines}A\u001B[J`);
    this.#drawnLines = 0;
  }

  #draw(): void {
    if (!this.#out.isTTY) return;
    const frame = frames[Math.floor(performance.now() / 100) % frames.length] ?? '';
    const width = (this.#out.columns || 80) - 1;
    for (const running of this.#running) {
      const text = `${frame} ${running.step.name.padEnd(28)} ${seconds(running).padStart(7)}  ${running.line}`;
      this.#out.write(`${text.slice(0, width)}\n`);
    }
    this.#drawnLines = this.#running.length;
  }

  #log(step: Step, line: string): void {
    appendFileSync(this.#logFile, `${new Date().toISOString()} ${step.name}: ${line}\n`);
  }
}

/** What failed, why, where the log is and what to do, for each failure. */
export function describeFailures(failures: readonly StepFailure[], logFile: string): string {
  const parts = failures.map(({ step, error }) =>
    [
      `${step.name} failed.`,
      `  why:  ${reasonOf(error).replaceAll('\n', '\n        ')}`,
      `  log:  ${step.logFile ?? logFile}`,
      ...(step.cure === undefined ? [] : [`  do:   ${step.cure}`]),
    ].join('\n'),
  );
  return parts.join('\n\n');
}

/** An error with its causes, in one text. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${reasonOf(error.cause)}`;
}

function seconds(running: RunningStep): string {
  return `${((performance.now() - running.startedAt) / 1000).toFixed(1)} s`;
}
