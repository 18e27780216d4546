package dev.drey.ledger;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Small files that change the running job, looked at five times a second at most. Not for several threads. */
final class ControlDirectory {
  private static final long REREAD_NANOS = 200_000_000;

  private final Path folder;
  private Map<String, String> texts = Map.of();
  private long readAt;

  /** Null is a directory without files. */
  ControlDirectory(String folder) {
    this.folder = folder == null ? null : Path.of(folder);
    readAt = System.nanoTime() - REREAD_NANOS;
  }

  /** The file's text, or null when there is none. */
  String read(String name) {
    long now = System.nanoTime();
    if (folder != null && now - readAt >= REREAD_NANOS) {
      texts = readAll();
      readAt = now;
    }
    return texts.get(name);
  }

  private Map<String, String> readAll() {
    Map<String, String> found = new HashMap<>();
    try {
      for (Path file : files()) {
        String name = file.getFileName().toString();
        if (Faults.NAMES.contains(name)) found.put(name, Files.readString(file).trim());
      }
      return found;
    } catch (NoSuchFileException removedMeanwhile) {
      return found;
    } catch (IOException unreadable) {
      throw new IllegalStateException("the control directory " + folder + " cannot be read", unreadable);
    }
  }

  private List<Path> files() throws IOException {
    if (!Files.isDirectory(folder)) return List.of();
    try (Stream<Path> listing = Files.list(folder)) {
      return listing.collect(Collectors.toList());
    }
  }
}
