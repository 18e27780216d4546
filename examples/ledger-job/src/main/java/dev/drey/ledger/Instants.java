package dev.drey.ledger;

import java.util.BitSet;
import java.util.TreeMap;

/** A set of milliseconds that takes a bit for each, in whatever order they come. */
final class Instants {
  private static final int MINUTE_MS = 60_000;

  /** The longest time without an instant, and when it began; 0 and null if there are fewer than two. */
  record Gap(long lengthMs, Long beganAtMs) {}

  private final TreeMap<Long, BitSet> minutes = new TreeMap<>();

  void add(long ms) {
    minutes.computeIfAbsent(Math.floorDiv(ms, MINUTE_MS), minute -> new BitSet()).set(Math.floorMod(ms, MINUTE_MS));
  }

  Gap largestGap() {
    Gap largest = new Gap(0, null);
    Long last = null;
    for (var minute : minutes.entrySet()) {
      BitSet instants = minute.getValue();
      for (int bit = instants.nextSetBit(0); bit >= 0; bit = instants.nextSetBit(bit + 1)) {
        long ms = minute.getKey() * MINUTE_MS + bit;
        if (last != null && ms - last > largest.lengthMs()) largest = new Gap(ms - last, last);
        last = ms;
      }
    }
    return largest;
  }
}
