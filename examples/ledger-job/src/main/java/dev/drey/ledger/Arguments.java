package dev.drey.ledger;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Reads {@code --name value} arguments, and refuses those that nobody knows. */
final class Arguments {
  private final Map<String, String> given = new HashMap<>();

  Arguments(String[] args, Set<String> withValue, Set<String> flags) {
    for (int at = 0; at < args.length; at++) {
      String name = args[at].startsWith("--") ? args[at].substring(2) : "";
      if (flags.contains(name)) given.put(name, "true");
      else if (!withValue.contains(name)) throw new IllegalArgumentException(unknown(args[at], withValue, flags));
      else if (++at == args.length) throw new IllegalArgumentException("--" + name + " needs a value");
      else given.put(name, args[at]);
    }
  }

  boolean flag(String name) {
    return given.containsKey(name);
  }

  /** The value, or null when the option is not given. */
  String text(String name) {
    return given.get(name);
  }

  long number(String name, long otherwise, long least) {
    String text = given.get(name);
    if (text == null) return otherwise;
    try {
      long number = Long.parseLong(text);
      if (number >= least) return number;
    } catch (NumberFormatException notANumber) {
      // Said below, together with what is wanted.
    }
    throw new IllegalArgumentException("--" + name + " must be a whole number from " + least + ", not '" + text + "'");
  }

  private static String unknown(String arg, Set<String> withValue, Set<String> flags) {
    Set<String> known = new TreeSet<>();
    withValue.forEach(name -> known.add("--" + name + " VALUE"));
    flags.forEach(name -> known.add("--" + name));
    return "unknown option '" + arg + "': choose among " + String.join(", ", known);
  }
}
