/** How many shards an agent offers to observe, so that one that stands still is not given what it has just lost. */
import type { ActivitySlotInfo, CustomSlotSupplier, SlotPermit, WorkerOptions } from '@temporalio/worker';

/**
 * One slot until it is known how many shards there are, then as many. A slot is offered to Temporal by a poll that stays open for a
 * minute, whether or not the process goes on meanwhile: an observer that offered more slots than there are shards might, standing
 * still, be handed its own work again, and nobody would observe until the next heartbeat is missed.
 */
export class ObserverSlots implements CustomSlotSupplier<ActivitySlotInfo> {
  readonly type = 'custom';
  private limit = 1;
  private taken = 0;
  private readonly waiting = new Set<() => void>();

  /** Called when a shard is begun. */
  learn(shards: number): void {
    this.limit = shards;
    this.serve();
  }

  reserveSlot(_context: unknown, signal: AbortSignal): Promise<SlotPermit> {
    return new Promise((resolve, reject) => {
      const grant = () => resolve({});
      const refuse = () => {
        this.waiting.delete(grant);
        reject(signal.reason);
      };
      if (signal.aborted) return refuse();
      signal.addEventListener('abort', refuse, { once: true });
      this.waiting.add(grant);
      this.serve();
    });
  }

  tryReserveSlot(): SlotPermit | null {
    if (this.taken >= this.limit) return null;
    this.taken += 1;
    return {};
  }

  markSlotUsed(): void {}

  releaseSlot(): void {
    this.taken -= 1;
    this.serve();
  }

  private serve(): void {
    for (const grant of this.waiting) {
      if (this.taken >= this.limit) return;
      this.waiting.delete(grant);
      this.taken += 1;
      grant();
    }
  }
}

/** The slots of a worker that has nothing but these: it runs no workflow and no other activity. */
export function tunerOf(slots: ObserverSlots): NonNullable<WorkerOptions['tuner']> {
  const other = { type: 'fixed-size', numSlots: 2 } as const;
  return {
    workflowTaskSlotSupplier: other,
    activityTaskSlotSupplier: slots,
    localActivityTaskSlotSupplier: other,
    nexusTaskSlotSupplier: other,
  };
}
