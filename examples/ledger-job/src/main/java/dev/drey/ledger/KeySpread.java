package dev.drey.ledger;

import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;

/**
 * Keys records so that every subtask gets the same number of keys, as far as it divides. A few small numbers, hashed,
 * would leave some subtasks with none, and a job that does not speed up when it is given more of them.
 */
final class KeySpread implements KeySelector<NumberedRecord, Integer> {
  private static final long serialVersionUID = 1;
  /** Flink's own for parallelism up to 85. With another one the keys are only as even as by chance. */
  private static final int KEY_GROUPS = 128;

  private final int[] stateKeys;

  KeySpread(int keys) {
    stateKeys = new int[keys];
    Map<Integer, Integer> nextCandidates = new HashMap<>();
    for (int key = 0; key < keys; key++) {
      int group = (int) ((long) key * KEY_GROUPS / keys);
      int found = nextCandidates.getOrDefault(group, 0);
      while (KeyGroupRangeAssignment.assignToKeyGroup(found, KEY_GROUPS) != group) found++;
      stateKeys[key] = found;
      nextCandidates.put(group, found + 1);
    }
  }

  @Override
  public Integer getKey(NumberedRecord record) {
    return stateKeys[record.key];
  }
}
