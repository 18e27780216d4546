package dev.drey.ledger;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** Reads a result line by line; what it keeps is a bit per record, and one per millisecond that had any. */
final class Verification {
  private final Report report = new Report();
  private final Map<Integer, KeyNumbers> keys = new TreeMap<>();
  private final Instants processed = new Instants();
  private final Instants committed = new Instants();

  private Verification() {}

  /**
   * @param isFinal whether the job has ended with a savepoint or by itself, so that its end offsets hold.
   */
  static Report of(Path folder, boolean isFinal) throws IOException {
    Verification verification = new Verification();
    // Before the results: a job that runs on adds to both, and must not seem to have lost what it added meanwhile.
    Map<Integer, Long> ends = isFinal ? EndOffsets.read(folder) : Map.of();
    for (Path file : ResultFiles.inOrder(folder)) verification.read(file);
    return verification.judge(isFinal, ends);
  }

  private void read(Path file) throws IOException {
    report.files++;
    committed.add(Files.getLastModifiedTime(file).toMillis());
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        Entry entry = Entry.parse(line);
        if (entry != null) add(entry);
        else if (report.damaged++ < 3) report.problem("damaged line in " + file.getFileName() + ": " + line);
      }
    }
  }

  private void add(Entry entry) {
    report.records++;
    processed.add(entry.processedAtMs());
    if (entry.count() != entry.number() && report.mismatches++ < 3)
      report.problem(name(entry) + " was counted as " + entry.count() + " by the state");
    KeyNumbers numbers = keys.computeIfAbsent(entry.key(), key -> new KeyNumbers());
    switch (numbers.add((int) entry.number())) {
      case DOUBLED -> {
        if (report.doubled++ < 3) report.problem(name(entry) + " is doubled");
      }
      case OUT_OF_ORDER -> {
        if (report.outOfOrder++ < 3) report.problem(name(entry) + " is out of order");
      }
      case NEXT -> {}
    }
  }

  private static String name(Entry entry) {
    return "number " + entry.number() + " of key " + entry.key();
  }

  private Report judge(boolean isFinal, Map<Integer, Long> ends) {
    for (int key : ends.keySet()) keys.computeIfAbsent(key, none -> new KeyNumbers());
    keys.forEach((key, numbers) -> judge(key, numbers, isFinal ? ends.getOrDefault(key, 0L) : numbers.end()));
    report.isFinal = isFinal;
    report.keys = keys.size();
    report.recordGap = processed.largestGap();
    report.commitGap = committed.largestGap();
    return report;
  }

  private void judge(int key, KeyNumbers numbers, long end) {
    long missing = numbers.missingBelow(end);
    long beyond = numbers.countFrom(end);
    report.missing += missing;
    report.beyondEnd += beyond;
    if (missing > 0)
      report.problem(missing + " missing of key " + key + ", which ends at " + end + ", from " + numbers.firstMissing());
    if (beyond > 0) report.problem(beyond + " of key " + key + " come after its end at " + end);
  }
}
