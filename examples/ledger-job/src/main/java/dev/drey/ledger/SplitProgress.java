package dev.drey.ledger;

/** A split that is being read. One thread advances it, the thread of the metrics only looks at its backlog. */
final class SplitProgress {
  /** Counting what has become available more often than this would cost more than it says. */
  private static final long ACCOUNT_EVERY_MS = 5;

  /** Both at once, so that whoever looks sees numbers that belong together. */
  private record Account(double available, long sinceMs, double perSecond) {
    double at(long nowMs) {
      return available + Math.max(0, nowMs - sinceMs) * perSecond / 1000;
    }
  }

  private final SplitLayout layout;
  private final long limit;
  private volatile Account account;
  private volatile long position;

  SplitProgress(LedgerSplit split, long recordsPerKey) {
    layout = split.layout();
    limit = recordsPerKey > 0 ? recordsPerKey * layout.keyCount() : Long.MAX_VALUE;
    account = new Account(split.available(), split.sinceMs(), Double.NaN);
    position = split.position();
  }

  /** Counts what has become available. The time in which nobody read counts at the rate that holds now. */
  void account(long nowMs, double perSecond) {
    Account last = account;
    boolean sameRate = last.perSecond == perSecond;
    if (sameRate && nowMs - last.sinceMs < ACCOUNT_EVERY_MS) return;
    double rateUntilNow = Double.isNaN(last.perSecond) ? perSecond : last.perSecond;
    double available = new Account(last.available, last.sinceMs, rateUntilNow).at(nowMs);
    account = new Account(Math.min(limit, available), Math.max(nowMs, last.sinceMs), perSecond);
  }

  boolean hasNext() {
    return position < Math.min(limit, (long) account.available);
  }

  NumberedRecord next(long nowMs) {
    long at = position;
    position = at + 1;
    return new NumberedRecord(layout.keyAt(at), layout.numberAt(at), nowMs);
  }

  boolean finished() {
    return position >= limit;
  }

  /** How long until there is a record, if nothing changes. */
  double waitMs() {
    return finished() ? Double.MAX_VALUE : (position + 1 - account.available) * 1000 / account.perSecond;
  }

  long backlog(long nowMs) {
    Account last = account;
    double available = Double.isNaN(last.perSecond) ? last.available : last.at(nowMs);
    return Math.max(0, Math.min(limit, (long) available) - position);
  }

  LedgerSplit toSplit() {
    Account last = account;
    return new LedgerSplit(layout, position, last.available, last.sinceMs);
  }
}
