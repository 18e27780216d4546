package dev.drey.ledger;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes down where a reader's splits stood at each checkpoint, beside the results. After the job's end the newest of
 * them say how far the results must reach, so that a lost tail is seen.
 */
final class EndFiles {
  private static final int KEPT = 10;

  private final Path folder;
  private final int subtask;

  EndFiles(String out, int subtask) {
    folder = Path.of(out, EndOffsets.FOLDER);
    this.subtask = subtask;
  }

  void write(long checkpointId, List<LedgerSplit> splits) {
    long now = System.currentTimeMillis();
    String text = splits.stream().map(split -> line(split, now)).collect(Collectors.joining());
    String name = String.format("%012d-%d", checkpointId, subtask);
    try {
      Files.createDirectories(folder);
      Path part = Files.writeString(folder.resolve("." + name), text);
      Files.move(part, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
      removeOld();
    } catch (IOException failure) {
      throw new UncheckedIOException("the end offsets cannot be written", failure);
    }
  }

  private static String line(LedgerSplit split, long nowMs) {
    return new EndOffsets.Entry(split.layout(), split.position(), nowMs).toLine() + "\n";
  }

  /** By age and not by number: numbers begin anew, lower, when the job is started from an older savepoint. */
  private void removeOld() throws IOException {
    List<Path> own = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      files.filter(file -> file.getFileName().toString().matches("\\d+-" + subtask)).forEach(own::add);
    }
    if (own.size() <= KEPT) return;
    own.sort(Comparator.comparing(EndFiles::age));
    for (Path old : own.subList(0, own.size() - KEPT)) Files.deleteIfExists(old);
  }

  private static FileTime age(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException gone) {
      return FileTime.fromMillis(0);
    }
  }
}
