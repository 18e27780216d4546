package dev.drey.ledger;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * How the running job is told to behave: by its arguments, and by files of the same names in the control directory,
 * which go before them while they exist.
 */
final class Faults implements Serializable {
  private static final long serialVersionUID = 1;
  /** Names of control files, and of the arguments that they replace. */
  static final List<String> NAMES =
      List.of(
          "rate",
          "cost-us",
          "wait-us",
          "native-mib",
          "manager-native-mib",
          "fail",
          "checkpoint-delay-ms",
          "checkpoint-fail",
          "savepoint-delay-ms",
          "savepoint-fail",
          "throw-at-start",
          "state-type");

  private static final double DEFAULT_RATE = 100;

  private final Map<String, String> arguments;
  private final String control;
  private transient ControlDirectory directory;

  Faults(Options options) {
    arguments = options.changeable;
    control = options.control;
  }

  /**
   * Reads every argument once, so that a mistake is found before the job runs.
   *
   * @throws IllegalArgumentException when one makes no sense.
   */
  void check() {
    for (String name : arguments.keySet()) if (isNumber(name)) number(name, arguments.get(name));
    keepsStateAsText();
    String fail = arguments.get("fail");
    if (fail != null && !FailToken.parse(fail).always() && control == null)
      throw new IllegalArgumentException("--fail TOKEN needs --control, where it is kept that it has happened");
  }

  /** Records per second of all splits together. */
  double rate() {
    return numberOf("rate", DEFAULT_RATE);
  }

  /** How long a record keeps a processor busy. */
  double costMicros() {
    return numberOf("cost-us", 0);
  }

  /** How long a record waits for something outside of Flink. */
  double waitMicros() {
    return numberOf("wait-us", 0);
  }

  /** How much memory outside its heap a TaskManager holds, in MiB. */
  long nativeMebibytes() {
    return (long) numberOf("native-mib", 0);
  }

  /** The same of the JobManager. */
  long managerNativeMebibytes() {
    return (long) numberOf("manager-native-mib", 0);
  }

  /** Whether the main method is to throw. */
  boolean throwsAtStart() {
    return textOf("throw-at-start") != null;
  }

  /** The type in which the count is kept: one cannot be read as the other. */
  boolean keepsStateAsText() {
    String type = textOf("state-type");
    if (type == null || type.equals("long")) return false;
    if (type.equals("string")) return true;
    throw new IllegalArgumentException("state-type must be long or string, not '" + type + "'");
  }

  long snapshotDelayMs(boolean savepoint) {
    return (long) numberOf(savepoint ? "savepoint-delay-ms" : "checkpoint-delay-ms", 0);
  }

  boolean failsSnapshots(boolean savepoint) {
    return textOf(savepoint ? "savepoint-fail" : "checkpoint-fail") != null;
  }

  /** Whether to fail now. A token is used up by the one who asks, through a file that only one can create. */
  boolean takeFailure() throws IOException {
    String text = textOf("fail");
    if (text == null || text.isEmpty()) return false;
    FailToken token = FailToken.parse(text);
    if (token.always()) return true;
    for (int time = 1; time <= token.times(); time++) if (createFile(token.claim(time))) return true;
    return false;
  }

  private boolean createFile(String name) throws IOException {
    try {
      Files.createFile(Path.of(control, name));
      return true;
    } catch (FileAlreadyExistsException taken) {
      return false;
    }
  }

  private double numberOf(String name, double otherwise) {
    String text = textOf(name);
    return text == null || text.isEmpty() ? otherwise : number(name, text);
  }

  private String textOf(String name) {
    if (directory == null) directory = new ControlDirectory(control);
    String text = directory.read(name);
    return text == null ? arguments.get(name) : text;
  }

  private static boolean isNumber(String name) {
    return !name.endsWith("fail") && !name.equals("throw-at-start") && !name.equals("state-type");
  }

  private static double number(String name, String text) {
    try {
      double number = Double.parseDouble(text);
      if (number >= 0 && number < 1e12) return number;
    } catch (NumberFormatException notANumber) {
      // Said below, together with what is wanted.
    }
    throw new IllegalArgumentException(name + " must be a number from 0, not '" + text + "'");
  }
}
