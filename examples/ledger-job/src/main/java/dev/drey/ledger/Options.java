package dev.drey.ledger;

import java.io.Serializable;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What the job was started with. */
final class Options implements Serializable {
  private static final long serialVersionUID = 1;
  private static final Set<String> FLAGS =
      Set.of("rename-uid", "add-operator", "throw-at-start", "refuse-restore", "checkpoint-fail", "savepoint-fail");
  private static final Set<String> WITH_VALUE =
      Set.of(
          "keys",
          "splits",
          "rate",
          "records",
          "control",
          "out",
          "cost-us",
          "wait-us",
          "native-mib",
          "manager-native-mib",
          "state-bytes",
          "state-type",
          "fail",
          "fail-after",
          "checkpoint-delay-ms",
          "savepoint-delay-ms");

  final int keys;
  final int splits;
  /** How many numbers each key gets, or 0 for no end. */
  final long records;
  final int stateBytes;
  /** After how many records an instance of the operator fails, or 0 for never. */
  final long failAfter;
  final boolean renameUid;
  final boolean addOperator;
  final boolean refuseRestore;
  /** The folder of the result, or null. */
  final String out;
  /** The control directory, or null. */
  final String control;
  /** What files in the control directory may change, by the names of these files. */
  final Map<String, String> changeable = new TreeMap<>();

  private Options(Arguments given) {
    keys = (int) given.number("keys", 16, 1);
    splits = (int) given.number("splits", Math.min(8, keys), 1);
    if (splits > keys) throw new IllegalArgumentException("--splits must not exceed --keys: a split needs a key");
    records = given.number("records", 0, 1);
    stateBytes = (int) given.number("state-bytes", 0, 0);
    failAfter = given.number("fail-after", 0, 1);
    renameUid = given.flag("rename-uid");
    addOperator = given.flag("add-operator");
    refuseRestore = given.flag("refuse-restore");
    out = localPath("out", given.text("out"));
    control = localPath("control", given.text("control"));
    for (String name : Faults.NAMES) if (given.text(name) != null) changeable.put(name, given.text(name));
    new Faults(this).check();
  }

  static Options parse(String[] args) {
    return new Options(new Arguments(args, WITH_VALUE, FLAGS));
  }

  /** End offsets and control files are plain files, so other storage than a mounted one is refused early. */
  private static String localPath(String name, String given) {
    if (given == null) return null;
    String path = given.startsWith("file:") ? given.replaceFirst("^file:(//)?", "") : given;
    if (path.startsWith("/") && !path.startsWith("//")) return path;
    throw new IllegalArgumentException("--" + name + " must be an absolute path on a mounted volume, not " + given);
  }
}
