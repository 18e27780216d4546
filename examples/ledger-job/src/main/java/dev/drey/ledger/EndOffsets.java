package dev.drey.ledger;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How far each key's numbers must reach. What was written last about a split counts, and not the highest checkpoint:
 * readers that came to their end write no more, and a job started from an older savepoint counts from there again.
 */
final class EndOffsets {
  /** Hidden, so that whoever reads the results does not take it for one. */
  static final String FOLDER = ".ends";

  /** Where one split stood at one checkpoint. */
  record Entry(SplitLayout layout, long position, long writtenAtMs) {
    String toLine() {
      return String.format(
          "%d,%d,%d,%d,%d", layout.index(), layout.splits(), layout.keys(), position, writtenAtMs);
    }

    static Entry parse(String line) {
      String[] parts = line.split(",", -1);
      if (parts.length != 5) throw new IllegalArgumentException("an end offset is damaged: " + line);
      int[] layout = Stream.of(parts).limit(3).mapToInt(Integer::parseInt).toArray();
      return new Entry(
          new SplitLayout(layout[0], layout[1], layout[2]), Long.parseLong(parts[3]), Long.parseLong(parts[4]));
    }
  }

  private EndOffsets() {}

  /**
   * The number after the last one, for each key.
   *
   * @throws IllegalStateException when there are none, or not of all splits.
   */
  static Map<Integer, Long> read(Path results) throws IOException {
    Map<Integer, Entry> newest = new HashMap<>();
    for (Path file : files(results.resolve(FOLDER)))
      for (String line : linesOf(file)) {
        Entry entry = Entry.parse(line);
        newest.merge(entry.layout().index(), entry, (one, two) -> one.writtenAtMs() > two.writtenAtMs() ? one : two);
      }
    if (newest.isEmpty()) throw new IllegalStateException("there are no end offsets in " + results);
    return endsOf(newest);
  }

  private static Map<Integer, Long> endsOf(Map<Integer, Entry> newest) {
    SplitLayout any = newest.values().iterator().next().layout();
    Map<Integer, Long> ends = new TreeMap<>();
    for (int key = 0; key < any.keys(); key++) {
      Entry entry = newest.get(key % any.splits());
      if (entry == null) throw new IllegalStateException("there is no end offset of split " + key % any.splits());
      ends.put(key, entry.layout().numbersOf(key, entry.position()));
    }
    return ends;
  }

  private static List<Path> files(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) return List.of();
    try (Stream<Path> listing = Files.list(folder)) {
      return listing
          .filter(file -> file.getFileName().toString().matches("\\d+-\\d+"))
          .collect(Collectors.toCollection(ArrayList::new));
    }
  }

  /** A running job removes old files while they are read. */
  private static List<String> linesOf(Path file) throws IOException {
    try {
      return Files.readAllLines(file);
    } catch (NoSuchFileException removed) {
      return List.of();
    }
  }
}
