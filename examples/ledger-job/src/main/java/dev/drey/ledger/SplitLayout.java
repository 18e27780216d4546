package dev.drey.ledger;

/**
 * Which records a split has, in which order: key k belongs to split k % splits, and a split's keys take turns. So a
 * position alone decides the record, whoever reads the split. Knows nothing of Flink, for the verification needs it.
 */
record SplitLayout(int index, int splits, int keys) {
  int keyCount() {
    return (keys - index + splits - 1) / splits;
  }

  int keyAt(long position) {
    return index + splits * (int) (position % keyCount());
  }

  long numberAt(long position) {
    return position / keyCount();
  }

  /** How many numbers a key of this split has got when the split has emitted so many records. */
  long numbersOf(int key, long emitted) {
    int turn = (key - index) / splits;
    return emitted / keyCount() + (turn < emitted % keyCount() ? 1 : 0);
  }
}
