package dev.drey.ledger;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The committed files of a result, in the order in which they were written. Each writer of each attempt numbers its
 * files, and has a name of its own; the writers are ordered by the process time of their first records. Writers of one
 * attempt never share a key, and those of a later attempt begin after those of an earlier one have ended.
 */
final class ResultFiles {
  /** Hidden files and others, such as those in progress, do not match. */
  private static final Pattern COMMITTED = Pattern.compile("part-(.+)-(\\d+)");

  private record Part(Path path, String writer, long number) {}

  private ResultFiles() {}

  static List<Path> inOrder(Path folder) throws IOException {
    Map<String, List<Part>> writers = new HashMap<>();
    for (Path file : committed(folder)) {
      Matcher name = COMMITTED.matcher(file.getFileName().toString());
      if (!name.matches()) continue;
      Part part = new Part(file, name.group(1), Long.parseLong(name.group(2)));
      writers.computeIfAbsent(part.writer(), writer -> new ArrayList<>()).add(part);
    }
    Map<String, Long> begun = new HashMap<>();
    for (List<Part> parts : writers.values()) {
      parts.sort(Comparator.comparingLong(Part::number));
      begun.put(parts.get(0).writer(), firstProcessedAt(parts.get(0).path()));
    }
    return writers.values().stream()
        .sorted(Comparator.comparingLong(parts -> begun.get(parts.get(0).writer())))
        .flatMap(List::stream)
        .map(Part::path)
        .toList();
  }

  private static List<Path> committed(Path folder) throws IOException {
    List<Path> found = new ArrayList<>();
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile() && !isHidden(folder.relativize(file))) found.add(file);
            return FileVisitResult.CONTINUE;
          }

          /** A running job renames what it commits: a name that was listed may be gone when it is looked at. */
          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (failure instanceof NoSuchFileException) return FileVisitResult.CONTINUE;
            throw failure;
          }
        });
    return found;
  }

  private static boolean isHidden(Path relative) {
    for (Path name : relative) if (name.toString().startsWith(".")) return true;
    return false;
  }

  private static long firstProcessedAt(Path file) throws IOException {
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      String line = reader.readLine();
      Entry first = line == null ? null : Entry.parse(line);
      return first == null ? Long.MAX_VALUE : first.processedAtMs();
    }
  }
}
