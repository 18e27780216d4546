package dev.drey.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.UnsupportedFileSystemSchemeException;
import org.apache.flink.core.plugin.PluginUtils;

/**
 * Looks at a job's storage, and removes from it, with the job's own configuration, plugins and rights: whatever its
 * Flink can reach, this can. The last line on standard output is the answer, one JSON object.
 */
public final class StorageTool {
  private static final int DEFAULT_LIMIT = 1000;
  private static final String USAGE =
      "list <uri> [--recursive] [--limit N] | exists <uri> | size <uri> | delete <uri> [--recursive]"
          + " | newest-checkpoint <folder> | newest-savepoint <folder>";

  private final FileSystem fileSystem;
  private final Path path;
  private final List<String> options;

  private StorageTool(FileSystem fileSystem, Path path, List<String> options) {
    this.fileSystem = fileSystem;
    this.path = path;
    this.options = options;
  }

  public static void main(String[] args) {
    Map<String, Object> answer = new LinkedHashMap<>();
    int status = 0;
    try {
      answer = run(args);
    } catch (Throwable failure) {
      Map<String, Object> error = new LinkedHashMap<>();
      error.put("code", codeOf(failure));
      error.put("message", failure.getMessage() == null ? failure.toString() : failure.getMessage());
      answer.put("error", error);
      status = failure instanceof IllegalArgumentException ? 64 : 1;
    }
    System.out.println(Json.write(answer));
    System.out.flush();
    // Clients of object stores keep threads that would keep this process.
    Runtime.getRuntime().halt(status);
  }

  private static Map<String, Object> run(String[] args) throws IOException {
    if (args.length < 2) throw new IllegalArgumentException("usage: " + USAGE);
    Configuration configuration = GlobalConfiguration.loadConfiguration();
    FileSystem.initialize(configuration, PluginUtils.createPluginManagerFromRootFolder(configuration));
    Path path = new Path(args[1]);
    List<String> options = Arrays.asList(args).subList(2, args.length);
    return new StorageTool(path.getFileSystem(), path, options).perform(args[0]);
  }

  private static String codeOf(Throwable failure) {
    if (failure instanceof IllegalArgumentException) return "USAGE";
    if (failure instanceof UnsupportedFileSystemSchemeException) return "NO_FILE_SYSTEM";
    if (failure instanceof FileNotFoundException) return "NOT_FOUND";
    if (failure instanceof AccessDeniedException) return "ACCESS_DENIED";
    return "STORAGE";
  }

  private Map<String, Object> perform(String command) throws IOException {
    switch (command) {
      case "list":
        return list();
      case "exists":
        return exists();
      case "size":
        return size();
      case "delete":
        return delete();
      case "newest-checkpoint":
        return new RestorePoints(fileSystem).newestCheckpoint(path);
      case "newest-savepoint":
        return new RestorePoints(fileSystem).newestSavepoint(path);
      default:
        throw new IllegalArgumentException("usage: " + USAGE);
    }
  }

  private Map<String, Object> list() throws IOException {
    List<Object> entries = new ArrayList<>();
    boolean complete = collect(path, options.contains("--recursive"), limit(), entries);
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("exists", !entries.isEmpty() || statusOf(path) != null);
    answer.put("entries", entries);
    answer.put("truncated", !complete);
    return answer;
  }

  private int limit() {
    int at = options.indexOf("--limit");
    if (at < 0) return DEFAULT_LIMIT;
    if (at + 1 >= options.size()) throw new IllegalArgumentException("--limit needs a number");
    return Integer.parseInt(options.get(at + 1));
  }

  private boolean collect(Path folder, boolean recursive, int limit, List<Object> entries) throws IOException {
    for (FileStatus child : children(fileSystem, folder)) {
      if (entries.size() >= limit) return false;
      entries.add(describe(child));
      if (recursive && child.isDir() && !collect(child.getPath(), true, limit, entries)) return false;
    }
    return true;
  }

  private Map<String, Object> exists() throws IOException {
    FileStatus status = statusOf(path);
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("exists", status != null);
    if (status != null) answer.putAll(describe(status));
    return answer;
  }

  private Map<String, Object> size() throws IOException {
    FileStatus status = statusOf(path);
    long[] filesAndBytes = new long[2];
    if (status != null) add(status, filesAndBytes);
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("exists", status != null);
    answer.put("files", filesAndBytes[0]);
    answer.put("bytes", filesAndBytes[1]);
    return answer;
  }

  private void add(FileStatus status, long[] filesAndBytes) throws IOException {
    if (status.isDir()) {
      for (FileStatus child : children(fileSystem, status.getPath())) add(child, filesAndBytes);
    } else {
      filesAndBytes[0]++;
      filesAndBytes[1] += status.getLen();
    }
  }

  private Map<String, Object> delete() throws IOException {
    if (path.getParent() == null) throw new IllegalArgumentException("refusing to delete a root: " + path);
    FileStatus status = statusOf(path);
    boolean recursive = options.contains("--recursive");
    if (status != null && status.isDir() && !recursive && children(fileSystem, path).length > 0)
      throw new IOException(path + " is a folder with content: use --recursive");
    if (status != null) fileSystem.delete(path, recursive);
    // Some stores answer false for what they did, and others true for what they did not: look.
    if (statusOf(path) != null) throw new IOException(path + " is still there after its deletion");
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("deleted", status != null);
    return answer;
  }

  private FileStatus statusOf(Path wanted) throws IOException {
    try {
      return fileSystem.getFileStatus(wanted);
    } catch (FileNotFoundException missing) {
      return null;
    }
  }

  /**
   * What lies in a folder; nothing if it does not exist. Local storage answers null both for that and for a folder
   * that may not be read, and "nothing there" would then be a dangerous answer.
   */
  static FileStatus[] children(FileSystem fileSystem, Path folder) throws IOException {
    try {
      FileStatus[] children = fileSystem.listStatus(folder);
      if (children != null) return children;
      if (fileSystem.getFileStatus(folder).isDir()) throw new AccessDeniedException(folder + " may not be read");
      return new FileStatus[0];
    } catch (FileNotFoundException missing) {
      return new FileStatus[0];
    }
  }

  private static Map<String, Object> describe(FileStatus status) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("path", status.getPath().toString());
    entry.put("directory", status.isDir());
    entry.put("length", status.isDir() ? 0 : status.getLen());
    entry.put("modified", status.getModificationTime());
    return entry;
  }
}
