package dev.drey.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.connector.source.SplitsAssignment;

/**
 * Hands out the splits evenly. After a restore the readers bring theirs along: Flink deals the splits in the state out
 * in turn, which stays even at any parallelism, so only those that nobody had are left to be handed out here. Readers
 * without a split are not told that none will come unless the source has an end, and so go on running. It runs in the
 * JobManager, and so is what can be told to use up the memory of that.
 */
final class LedgerEnumerator implements SplitEnumerator<LedgerSplit, List<LedgerSplit>> {
  private static final long LOOK_EVERY_MS = 200;

  private final SplitEnumeratorContext<LedgerSplit> context;
  private final List<LedgerSplit> unassigned;
  private final boolean bounded;
  private final Faults faults;
  private final NativeMemory memory = new NativeMemory();

  LedgerEnumerator(SplitEnumeratorContext<LedgerSplit> context, List<LedgerSplit> unassigned, Options options) {
    this.context = context;
    this.unassigned = new ArrayList<>(unassigned);
    bounded = options.records > 0;
    faults = new Faults(options);
  }

  @Override
  public void start() {
    context.callAsync(faults::managerNativeMebibytes, this::hold, 0, LOOK_EVERY_MS);
  }

  private void hold(Long mebibytes, Throwable unreadable) {
    if (unreadable != null) throw new IllegalStateException("it is not said how much memory to hold", unreadable);
    memory.hold(mebibytes);
  }

  @Override
  public void addReader(int subtask) {
    List<LedgerSplit> own = new ArrayList<>();
    for (LedgerSplit split : unassigned)
      if (split.layout().index() % context.currentParallelism() == subtask) own.add(split);
    if (!own.isEmpty()) context.assignSplits(new SplitsAssignment<>(Map.of(subtask, own)));
    unassigned.removeAll(own);
    if (bounded) context.signalNoMoreSplits(subtask);
  }

  @Override
  public void addSplitsBack(List<LedgerSplit> splits, int subtask) {
    unassigned.addAll(splits);
  }

  @Override
  public List<LedgerSplit> snapshotState(long checkpointId) {
    return new ArrayList<>(unassigned);
  }

  @Override
  public void handleSplitRequest(int subtask, String host) {}

  @Override
  public void close() {
    memory.hold(0);
  }
}
