package dev.drey.ledger;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Verifies what {@link LedgerJob} has written; needs no Flink. */
public final class Ledger {
  private static final String USAGE = "usage: ledger verify DIR [--final] [-o json]";
  private static final int NOT_GOOD = 1;
  private static final int FAILED = 2;
  private static final int WRONG_CALL = 64;

  private Ledger() {}

  public static void main(String[] args) {
    System.exit(run(new ArrayList<>(Arrays.asList(args))));
  }

  private static int run(List<String> args) {
    boolean isFinal = args.remove("--final");
    boolean json = takePair(args, "-o", "json");
    if (args.size() != 2 || !args.get(0).equals("verify") || args.get(1).startsWith("-")) {
      System.err.println(USAGE);
      return WRONG_CALL;
    }
    Path folder = Path.of(args.get(1));
    if (!Files.isDirectory(folder)) {
      System.err.println("there is no folder " + folder + ": the job makes it when it starts");
      return FAILED;
    }
    return verify(folder, isFinal, json);
  }

  private static int verify(Path folder, boolean isFinal, boolean json) {
    try {
      Report report = Verification.of(folder, isFinal);
      System.out.print(json ? Json.write(report.toMap()) + "\n" : report.toText());
      return report.isGood() ? 0 : NOT_GOOD;
    } catch (IOException | IllegalStateException | IllegalArgumentException failure) {
      System.err.println("cannot verify " + folder + ": " + failure.getMessage());
      return FAILED;
    }
  }

  private static boolean takePair(List<String> args, String name, String value) {
    int at = args.indexOf(name);
    if (at < 0 || at + 1 >= args.size() || !args.get(at + 1).equals(value)) return false;
    args.remove(at + 1);
    args.remove(at);
    return true;
  }
}
