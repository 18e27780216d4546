package dev.drey.ledger;

/**
 * A line of the result.
 *
 * @param count what the state had counted for the key before this record; it equals the number if no state was lost.
 */
record Entry(int key, long number, long count, long emittedAtMs, long processedAtMs) {
  String toLine() {
    return key + "," + number + "," + count + "," + emittedAtMs + "," + processedAtMs;
  }

  /** Null when the line is none that the job writes. */
  static Entry parse(String line) {
    String[] parts = line.split(",", -1);
    if (parts.length != 5) return null;
    try {
      int key = Integer.parseInt(parts[0]);
      long number = Long.parseLong(parts[1]);
      // Numbers are positions in a bit set, which has no room for others.
      if (key < 0 || number < 0 || number >= Integer.MAX_VALUE) return null;
      return new Entry(key, number, Long.parseLong(parts[2]), Long.parseLong(parts[3]), Long.parseLong(parts[4]));
    } catch (NumberFormatException damaged) {
      return null;
    }
  }
}
