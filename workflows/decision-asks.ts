/** Who asks for a decision now: one after the other is asked of the agent, and each gets a decision that carries its key. */
import type { Reason } from '../core/autoscaler/decision.ts';
import type { DecideNowRequest } from '../core/scaling/autoscaler-messages.ts';
import type { Ask } from '../core/scaling/autoscaler-state.ts';
import { unansweredRecord, type Asker } from '../core/scaling/decision-record.ts';
import { answerMs } from '../core/scaling/due.ts';
import { autoscalerAgent } from './autoscaler-activities.ts';
import type { AutoscalerBook } from './autoscaler-book.ts';

/** With such keys the autoscaler asks the agent by itself. */
const ownKeys = 'again-';

export class DecisionAsks {
  private readonly book: AutoscalerBook;

  constructor(book: AutoscalerBook) {
    this.book = book;
  }

  /** Has the agent send its window at once, or when those before are answered. */
  async take({ key, requestedBy, cluster, generation, revision, mode }: DecideNowRequest): Promise<void> {
    const { asks, known } = this.book.state;
    if ([...asks.map((one) => one.key), ...known.map(({ asked }) => asked)].includes(key)) return;
    const ask: Ask = { key, by: requestedBy, atMs: Date.now() };
    this.book.change({ asks: [...asks, ask], cluster, generation, revision, mode });
    if (asks.length === 0) await this.next();
  }

  /** Key of the last one of a job that the agent is still to be asked for. */
  notAskedYet(uid: string): string | undefined {
    const { asks, uid: own } = this.book.state;
    return uid === own ? asks.slice(1).at(-1)?.key : undefined;
  }

  /** Whom a window is for; undefined where the agent sent it by itself, or is asked again by the autoscaler. */
  askerOf(key: string | undefined): Asker | undefined {
    if (key === undefined || key.startsWith(ownKeys)) return undefined;
    return this.book.state.asks.find((one) => one.key === key) ?? { key };
  }

  /** The asker has its decision. */
  async answered({ key }: Asker): Promise<void> {
    this.forget(key);
    await this.next();
  }

  /** Says that nothing could be decided. */
  async unanswered(asker: Asker, why: Reason): Promise<void> {
    this.tellUnanswered(asker, why);
    await this.next();
  }

  /** Whoever has waited too long is told so. */
  async expire(nowMs: number): Promise<void> {
    const [first] = this.book.state.asks;
    if (first && first.atMs + answerMs <= nowMs) await this.unanswered(first, noWindow);
  }

  /** Asks once more for what was held off. */
  async again(): Promise<void> {
    this.book.change({ againAtMs: undefined });
    // Whoever waits for a decision gets one anyway.
    if (this.book.state.asks.length === 0) await this.askAgent(`${ownKeys}${this.book.state.lastNumber}`);
  }

  /** The anchor has room for one question. Who cannot be answered is told so, and the next one's turn comes. */
  private async next(): Promise<void> {
    for (let [first, ...others] = this.book.state.asks; first; [first, ...others] = this.book.state.asks) {
      this.book.change({ asks: [{ ...first, atMs: Date.now() }, ...others] });
      const why = await this.askAgent(first.key);
      if (!why) return;
      this.tellUnanswered(first, why);
    }
  }

  /** @returns why it could not be asked. */
  private async askAgent(key: string): Promise<Reason | undefined> {
    const { cluster, namespace, generation } = this.book.state;
    const input = { identity: this.book.generation(generation), namespace, key };
    return autoscalerAgent(cluster)
      .askAutoscaler.executeWithOptions({ summary: 'Ask the agent for its window' }, [input])
      .then(
        ({ noted }) => (noted ? undefined : notThere),
        () => agentAway,
      );
  }

  private tellUnanswered(asker: Asker, why: Reason): void {
    this.forget(asker.key);
    const { mode, revision, generation } = this.book.state;
    const at = new Date().toISOString();
    const of = { number: this.book.nextNumber(), at, mode, revision, generation };
    this.book.tell(unansweredRecord({ ...of, why, asker }), 1);
  }

  private forget(key: string): void {
    this.book.change({ asks: this.book.state.asks.filter((one) => one.key !== key) });
  }
}

const agentAway: Reason = { code: 'AGENT_AWAY', text: 'No agent of its cluster has answered.' };
const notThere: Reason = { code: 'NOT_RUNNING', text: 'Nothing of the job is in its cluster now.' };
const noWindow: Reason = { code: 'NOT_ANSWERED', text: 'The agent has sent no window: it may have none yet.' };
