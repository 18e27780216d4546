package dev.drey.ledger;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.connector.source.SourceSplit;

/**
 * A split as it is checkpointed.
 *
 * @param position how many records have been emitted.
 * @param available how many might have been, had nothing held the source up.
 * @param sinceMs when that was; what has passed since then becomes backlog.
 */
record LedgerSplit(SplitLayout layout, long position, double available, long sinceMs) implements SourceSplit {
  @Override
  public String splitId() {
    return String.valueOf(layout.index());
  }

  static List<LedgerSplit> initial(Options options, long nowMs) {
    List<LedgerSplit> splits = new ArrayList<>();
    for (int index = 0; index < options.splits; index++)
      splits.add(new LedgerSplit(new SplitLayout(index, options.splits, options.keys), 0, 0, nowMs));
    return splits;
  }

  /**
   * @throws IllegalStateException when the split was checkpointed with other keys or splits, for positions would then
   *     mean other records.
   */
  LedgerSplit fitting(Options options) {
    if (layout.splits() == options.splits && layout.keys() == options.keys) return this;
    throw new IllegalStateException(
        String.format(
            "the state has %d keys in %d splits, the arguments %d in %d: they cannot change on a restore",
            layout.keys(), layout.splits(), options.keys, options.splits));
  }
}
