/** What this process has heard of the quotas of its cluster and of the tenants on it. */
import type { SharedQuota } from '../core/scaling/quota-room.ts';

export class SharedQuotasHeard {
  /** What was heard last, also while the API is away: whoever reserves room has the last word. */
  now: readonly SharedQuota[] = [];

  note(quotas: readonly SharedQuota[]): void {
    this.now = quotas;
  }
}
