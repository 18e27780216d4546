package dev.drey.storage;

import java.io.DataInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/** Finds checkpoints and savepoints that a job can be restored from. */
final class RestorePoints {
  /** The number that every checkpoint's metadata begins with. */
  private static final int METADATA_MAGIC = 0x4960672d;

  /** Formats of metadata in which the checkpoint's number follows next: those of Flink 1.3 to 2.3, and the one after. */
  private static final int OLDEST_NUMBERED = 2;

  private static final int NEWEST_NUMBERED = 7;

  /** The magic number, the format and the checkpoint's number: no metadata is shorter. */
  private static final int HEADER_BYTES = 2 * Integer.BYTES + Long.BYTES;

  private static final Pattern CHECKPOINT = Pattern.compile("chk-(\\d{1,18})");
  private static final Pattern SAVEPOINT = Pattern.compile("savepoint-.+");

  private final FileSystem fileSystem;

  RestorePoints(FileSystem fileSystem) {
    this.fileSystem = fileSystem;
  }

  /** The complete checkpoint with the highest number. Numbers decide, for clocks of storage may differ. */
  Map<String, Object> newestCheckpoint(Path folder) throws IOException {
    List<FileStatus> candidates = new ArrayList<>();
    for (FileStatus child : StorageTool.children(fileSystem, folder))
      if (CHECKPOINT.matcher(child.getPath().getName()).matches()) candidates.add(child);
    candidates.sort(Comparator.comparingLong(RestorePoints::number).reversed());
    for (FileStatus candidate : candidates) {
      Map<String, Object> found = describe(candidate.getPath());
      if (found == null) continue;
      found.put("number", number(candidate));
      return found;
    }
    return notFound();
  }

  /** The complete savepoint with the highest number, for the same reason; the one written last where that is not known. */
  Map<String, Object> newestSavepoint(Path folder) throws IOException {
    Map<String, Object> newest = notFound();
    for (FileStatus child : StorageTool.children(fileSystem, folder)) {
      if (!SAVEPOINT.matcher(child.getPath().getName()).matches()) continue;
      Map<String, Object> found = describe(child.getPath());
      if (found != null && isNewer(found, newest)) newest = found;
    }
    return newest;
  }

  private static boolean isNewer(Map<String, Object> one, Map<String, Object> other) {
    boolean areNumbered = one.containsKey("number") && other.containsKey("number");
    if (areNumbered) return (Long) one.get("number") > (Long) other.get("number");
    return modified(one) > modified(other);
  }

  private static long number(FileStatus status) {
    Matcher matcher = CHECKPOINT.matcher(status.getPath().getName());
    return matcher.matches() ? Long.parseLong(matcher.group(1)) : -1;
  }

  private static long modified(Map<String, Object> found) {
    return (Long) found.getOrDefault("modified", -1L);
  }

  private static Map<String, Object> notFound() {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("found", false);
    return result;
  }

  /** Flink writes the metadata last, so the folder is complete when that file is there and has content. */
  private Map<String, Object> describe(Path folder) throws IOException {
    Path metadata = new Path(folder, "_metadata");
    FileStatus status;
    try {
      status = fileSystem.getFileStatus(metadata);
    } catch (FileNotFoundException missing) {
      return null;
    }
    if (status.getLen() < HEADER_BYTES) return null;
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("found", true);
    result.put("path", folder.toString());
    result.put("modified", status.getModificationTime());
    result.put("length", status.getLen());
    return readHeader(metadata, result) ? result : null;
  }

  /** Adds the number to what is known of it; false where the file does not begin as metadata does. */
  private boolean readHeader(Path metadata, Map<String, Object> result) throws IOException {
    try (DataInputStream input = new DataInputStream(fileSystem.open(metadata))) {
      if (input.readInt() != METADATA_MAGIC) return false;
      int format = input.readInt();
      if (format >= OLDEST_NUMBERED && format <= NEWEST_NUMBERED) result.put("number", input.readLong());
      return true;
    }
  }
}
