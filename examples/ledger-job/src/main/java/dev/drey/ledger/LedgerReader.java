package dev.drey.ledger;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.core.io.InputStatus;

/** Reads its splits in turn, each no faster than its share of the rate. */
final class LedgerReader implements SourceReader<NumberedRecord, LedgerSplit> {
  private static final long LEAST_WAIT_MS = 5;
  /** A changed rate must be noticed soon. */
  private static final long LONGEST_WAIT_MS = 200;

  private final Options options;
  private final Faults faults;
  private final EndFiles ends;
  // Flink leaves it to readers to count what they read.
  private final org.apache.flink.metrics.Counter recordsIn;
  // The thread of the metrics reads it, too.
  private final List<SplitProgress> splits = new CopyOnWriteArrayList<>();
  private CompletableFuture<Void> wakeUp = CompletableFuture.completedFuture(null);
  private boolean noMoreSplits;
  private int turn;

  LedgerReader(Options options, SourceReaderContext context) {
    this.options = options;
    faults = new Faults(options);
    ends = options.out == null ? null : new EndFiles(options.out, context.getIndexOfSubtask());
    recordsIn = context.metricGroup().getIOMetricGroup().getNumRecordsInCounter();
    context.metricGroup().setPendingRecordsGauge(this::backlog);
  }

  private long backlog() {
    long now = System.currentTimeMillis();
    return splits.stream().mapToLong(split -> split.backlog(now)).sum();
  }

  @Override
  public void start() {}

  @Override
  public InputStatus pollNext(ReaderOutput<NumberedRecord> output) {
    long now = System.currentTimeMillis();
    double perSecond = faults.rate() / options.splits;
    for (int tried = 0; tried < splits.size(); tried++) {
      turn = (turn + 1) % splits.size();
      SplitProgress split = splits.get(turn);
      split.account(now, perSecond);
      if (!split.hasNext()) continue;
      recordsIn.inc();
      output.collect(split.next(now));
      return InputStatus.MORE_AVAILABLE;
    }
    if (noMoreSplits && splits.stream().allMatch(SplitProgress::finished)) return InputStatus.END_OF_INPUT;
    wakeUp = afterMs(splits.stream().mapToDouble(SplitProgress::waitMs).min().orElse(LONGEST_WAIT_MS));
    return InputStatus.NOTHING_AVAILABLE;
  }

  private static CompletableFuture<Void> afterMs(double wait) {
    long bounded = (long) Math.max(LEAST_WAIT_MS, Math.min(LONGEST_WAIT_MS, Math.ceil(wait)));
    return new CompletableFuture<Void>().completeOnTimeout(null, bounded, TimeUnit.MILLISECONDS);
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    return wakeUp;
  }

  @Override
  public void addSplits(List<LedgerSplit> added) {
    for (LedgerSplit split : added) splits.add(new SplitProgress(split.fitting(options), options.records));
    wakeUp.complete(null);
  }

  @Override
  public void notifyNoMoreSplits() {
    noMoreSplits = true;
    wakeUp.complete(null);
  }

  @Override
  public List<LedgerSplit> snapshotState(long checkpointId) {
    List<LedgerSplit> state = splits.stream().map(SplitProgress::toSplit).collect(Collectors.toList());
    if (ends != null) ends.write(checkpointId, state);
    return state;
  }

  @Override
  public void close() {}
}
