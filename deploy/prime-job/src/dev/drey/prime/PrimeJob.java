package dev.drey.prime;

import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * A job that ends by itself at once and leaves nothing behind: what it is for is that the processes of a Flink cluster
 * have loaded and compiled what any job needs. The arguments, {@code key=value}, are added to its configuration.
 */
public final class PrimeJob {
  /** Enough that the way of a record is compiled, and little enough for half a second. */
  private static final long RECORDS = 100_000;

  /** A bounded job waits for its last checkpoint, which comes with the next interval. */
  private static final long CHECKPOINT_INTERVAL_MS = 100;

  private static final int KEYS = 128;

  private PrimeJob() {}

  public static void main(String[] args) throws Exception {
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment(configurationOf(args));
    environment.enableCheckpointing(CHECKPOINT_INTERVAL_MS);
    environment
        .fromSource(new NumberSequenceSource(1, RECORDS), WatermarkStrategy.noWatermarks(), "source")
        .uid("source")
        .keyBy(number -> (int) (number % KEYS), Types.INT)
        .process(new Counting())
        .uid("counting")
        .sinkTo(new DiscardingSink<>())
        .uid("sink");
    environment.execute("drey-prime");
  }

  private static Configuration configurationOf(String[] args) {
    Map<String, String> settings = new TreeMap<>();
    for (String arg : args) {
      int at = arg.indexOf('=');
      if (at < 0) throw new IllegalArgumentException("not key=value: " + arg);
      settings.put(arg.substring(0, at), arg.substring(at + 1));
    }
    return Configuration.fromMap(settings);
  }
}
