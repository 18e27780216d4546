package dev.drey.ledger;

import java.util.BitSet;

/** The numbers of one key that have been found. */
final class KeyNumbers {
  /** What a number is, seen in the order of writing. */
  enum Judgement {
    NEXT,
    DOUBLED,
    OUT_OF_ORDER
  }

  private final BitSet found = new BitSet();

  /** One that was there before is doubled, and only that; a new one below the highest is out of order. */
  Judgement add(int number) {
    if (found.get(number)) return Judgement.DOUBLED;
    boolean inOrder = number >= found.length();
    found.set(number);
    return inOrder ? Judgement.NEXT : Judgement.OUT_OF_ORDER;
  }

  /** The number after the highest. */
  long end() {
    return found.length();
  }

  long missingBelow(long end) {
    return end - found.get(0, (int) Math.min(end, found.length())).cardinality();
  }

  long countFrom(long end) {
    return end >= found.length() ? 0 : found.get((int) end, found.length()).cardinality();
  }

  int firstMissing() {
    return found.nextClearBit(0);
  }
}
