/** Tells the API every few seconds that this agent is there. What goes wrong with that never holds anything else up. */
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { DreyApiError } from '../clients/drey/errors.ts';
import type { SendHeartbeat } from '../clients/drey/send-heartbeat.ts';
import { heartbeatEveryMs, type UnknownJobs } from '../core/agents.ts';
import type { SharedQuota } from '../core/scaling/quota-room.ts';

export interface HeartbeatsOptions {
  readonly send: SendHeartbeat;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  /** Whether this process observes jobs now. */
  readonly observes: () => boolean;
  /** What it has found that no workflow knows; undefined until it has looked. */
  readonly unknown: () => UnknownJobs | undefined;
  /** Is told the quotas that the API answers with. */
  readonly heard?: (quotas: readonly SharedQuota[]) => void;
  readonly agent?: string;
  readonly everyMs?: number;
}

export class Heartbeats {
  private readonly options: HeartbeatsOptions;
  private readonly agent: string;
  private readonly everyMs: number;
  private readonly timer: NodeJS.Timeout;
  private attempt: AbortController | undefined;
  private isHeard = true;

  /** Begins at once. */
  constructor(options: HeartbeatsOptions) {
    this.options = options;
    this.agent = options.agent ?? `${hostname()}-${process.pid}`;
    this.everyMs = options.everyMs ?? heartbeatEveryMs;
    this.timer = setInterval(() => void this.beat(), this.everyMs);
    void this.beat();
  }

  stop(): void {
    clearInterval(this.timer);
    this.attempt?.abort();
  }

  /** One at a time: one that has no answer when the next is due is given up. */
  private async beat(): Promise<void> {
    this.attempt?.abort();
    const attempt = new AbortController();
    this.attempt = attempt;
    const { log } = this.options;
    try {
      const quotas = await this.say(attempt.signal);
      if (quotas) this.options.heard?.(quotas);
      if (!this.isHeard) log.info('the API hears this agent again');
      this.isHeard = true;
    } catch (error) {
      if (this.isHeard) log.warn({ err: error }, 'the API does not hear that this agent is there');
      this.isHeard = false;
    }
  }

  /** Agents are upgraded before the API: one that does not know of unknown jobs is told that this agent is there all the same. */
  private async say(signal: AbortSignal): ReturnType<SendHeartbeat> {
    const { send, observes, unknown } = this.options;
    const found = unknown();
    const bare = { agent: this.agent, observes: observes() };
    try {
      return await send({ ...bare, ...(found && { unknown: found }) }, signal);
    } catch (error) {
      if (!found || !isNotUnderstood(error)) throw error;
      return send(bare, signal);
    }
  }
}

function isNotUnderstood(error: unknown): boolean {
  return error instanceof DreyApiError && error.problem.status === 422;
}
