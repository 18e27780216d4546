package dev.drey.ledger;

/** What {@code fail} says: {@code always}, or a token and how often it is good for. */
record FailToken(String token, int times) {
  static FailToken parse(String text) {
    String[] parts = text.trim().split("\\s+");
    boolean understood = parts.length <= 2 && parts[0].matches("[\\w-]+");
    if (!understood || (parts.length == 2 && !parts[1].matches("[1-9]\\d{0,3}")))
      throw new IllegalArgumentException("fail must be 'always', or a token and how many times, not '" + text + "'");
    return new FailToken(parts[0], parts.length == 2 ? Integer.parseInt(parts[1]) : 1);
  }

  boolean always() {
    return token.equals("always");
  }

  /** The file whose existence says that the token has been used this often. */
  String claim(int time) {
    return ".fail-" + token + "-" + time;
  }
}
