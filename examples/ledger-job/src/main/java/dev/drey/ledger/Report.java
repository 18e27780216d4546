package dev.drey.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a verification has found. */
final class Report {
  private static final int PROBLEMS_SHOWN = 10;

  long records;
  long keys;
  long missing;
  long doubled;
  long outOfOrder;
  long mismatches;
  /** Records after the end offsets: committed, but by no checkpoint that the job ended with. */
  long beyondEnd;
  /** Lines that the job does not write. */
  long damaged;
  long files;
  boolean isFinal;
  Instants.Gap recordGap;
  Instants.Gap commitGap;
  private final List<String> problems = new ArrayList<>();

  boolean isGood() {
    return records > 0 && missing + doubled + outOfOrder + mismatches + beyondEnd + damaged == 0;
  }

  /** Keeps the first few, which are enough to find the rest. */
  void problem(String sentence) {
    if (problems.size() < PROBLEMS_SHOWN) problems.add(sentence);
  }

  String toText() {
    StringBuilder text = new StringBuilder();
    toMap().forEach((name, value) -> {
      if (!name.equals("problems")) text.append(String.format("%-22s %s%n", name, shown(name, value)));
    });
    for (String problem : problems) text.append("! ").append(problem).append(System.lineSeparator());
    return text.toString();
  }

  private static Object shown(String name, Object value) {
    if (value == null) return "-";
    return name.endsWith("AtMs") ? Instant.ofEpochMilli((Long) value) : value;
  }

  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("good", isGood());
    map.put("final", isFinal);
    map.put("records", records);
    map.put("keys", keys);
    map.put("missing", missing);
    map.put("doubled", doubled);
    map.put("outOfOrder", outOfOrder);
    map.put("mismatches", mismatches);
    map.put("beyondEnd", beyondEnd);
    map.put("damaged", damaged);
    map.put("files", files);
    map.put("recordGapMs", recordGap.lengthMs());
    map.put("recordGapAtMs", recordGap.beganAtMs());
    map.put("commitGapMs", commitGap.lengthMs());
    map.put("commitGapAtMs", commitGap.beganAtMs());
    map.put("problems", problems);
    return map;
  }
}
