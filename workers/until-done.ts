/** What a worker does again and again beside its work. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Worker } from '@temporalio/worker';

/** For how long what fails is taken for what passes: Temporal may be away, or may not know this build yet. */
const passesMs = 15_000;

/** How often it is said again. */
const againMs = 60_000;

export interface Repeated {
  readonly everyMs: number;
  /** What it cannot do where it fails, as the log says it. */
  readonly what: string;
  readonly log: { warn(fields: object, message: string): void };
  /** Milliseconds that go on steadily; the process's own unless said. */
  readonly nowMs?: () => number;
}

/** Looks every so often until that is done, or the worker ends. What goes on failing is said. */
export async function untilDone(
  worker: Pick<Worker, 'getState'>,
  repeated: Repeated,
  look: () => Promise<boolean>,
): Promise<void> {
  const failures = new Failures(repeated);
  while (worker.getState() === 'RUNNING') {
    try {
      if (await look()) return;
      failures.over();
    } catch (error) {
      failures.note(error);
    }
    await pause(repeated.everyMs, undefined, { ref: false });
  }
}

/** Failures in a row. */
class Failures {
  private readonly repeated: Repeated;
  private readonly nowMs: () => number;
  private sayAtMs: number | undefined;

  constructor(repeated: Repeated) {
    this.repeated = repeated;
    this.nowMs = repeated.nowMs ?? (() => performance.now());
  }

  over(): void {
    this.sayAtMs = undefined;
  }

  note(error: unknown): void {
    const now = this.nowMs();
    this.sayAtMs ??= now + passesMs;
    if (now < this.sayAtMs) return;
    this.sayAtMs = now + againMs;
    const { log, what } = this.repeated;
    log.warn({ error: error instanceof Error ? error.message : String(error) }, `still cannot ${what}: goes on trying`);
  }
}
