/** What an autoscaler knows, and how it is made seen: its state, its records, its details in the Temporal UI. */
import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { ToldInput } from '../core/autoscaler/packed-samples.ts';
import type { AutoscalerStart } from '../core/autoscaler/signal.ts';
import type { GenerationIdentity } from '../core/names.ts';
import { knownDecision, withKnown, type AutoscalerState } from '../core/scaling/autoscaler-state.ts';
import type { DecisionRecord } from '../core/scaling/decision-record.ts';
import { autoscalerDetails } from './details.ts';
import type { Outbox } from './outbox.ts';
import { searchCluster, searchJob, searchTenant } from './search-attributes.ts';

export class AutoscalerBook {
  state: AutoscalerState;
  private readonly start: AutoscalerStart;
  private readonly outbox: Outbox;

  constructor(start: AutoscalerStart, state: AutoscalerState, outbox: Outbox) {
    this.start = start;
    this.state = state;
    this.outbox = outbox;
    setCurrentDetails(autoscalerDetails(state));
    upsertSearchAttributes([
      { key: searchTenant, value: start.tenant },
      { key: searchJob, value: start.name },
      { key: searchCluster, value: state.cluster },
    ]);
  }

  change(change: Partial<AutoscalerState>): void {
    this.state = { ...this.state, ...change };
  }

  /** The number of the next decision. */
  nextNumber(): number {
    this.change({ lastNumber: this.state.lastNumber + 1 });
    return this.state.lastNumber;
  }

  /** Makes a decision seen: as a record, and in the Temporal UI. @param seq the highest one of a decision's stays. */
  tell(decision: DecisionRecord, seq: number): void {
    this.outbox.put({ kind: 'decision', uid: this.state.uid, seq, decision });
    this.change({ known: withKnown(this.state.known, knownDecision(decision)) });
    setCurrentDetails(autoscalerDetails(this.state));
  }

  /** Keeps what a decision was made of. */
  keepInput({ number, at }: DecisionRecord, input: ToldInput): void {
    this.outbox.put({ kind: 'decisionInput', uid: this.state.uid, number, at, input });
  }

  /** Whether more records wait for PostgreSQL than could be carried on. */
  isFull(): boolean {
    return this.outbox.isFull();
  }

  generation(number: number): GenerationIdentity {
    const { tenant, name } = this.start;
    return { tenant, name, uid: this.state.uid, number };
  }
}
