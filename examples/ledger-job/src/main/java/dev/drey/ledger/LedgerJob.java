package dev.drey.ledger;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.SimpleStringEncoder;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.filesystem.bucketassigners.BasePathBucketAssigner;
import org.apache.flink.streaming.api.functions.sink.filesystem.rollingpolicies.OnCheckpointRollingPolicy;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * A job whose result shows whether any record was lost or doubled: numbers per key through keyed state into files that
 * are committed with checkpoints. {@link Ledger} verifies the files.
 */
public final class LedgerJob {
  private LedgerJob() {}

  public static void main(String[] args) throws Exception {
    Options options = Options.parse(args);
    if (new Faults(options).throwsAtStart())
      throw new FaultException("told to throw at the start by --throw-at-start");
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
    build(environment, options);
    environment.execute("ledger");
  }

  private static void build(StreamExecutionEnvironment environment, Options options) {
    DataStream<String> lines =
        environment
            .fromSource(new LedgerSource(options), WatermarkStrategy.noWatermarks(), "source")
            .uid("source")
            .keyBy(new KeySpread(options.keys), Types.INT)
            .process(new LedgerFunction(options))
            .returns(Types.STRING)
            .name("ledger")
            .uid(options.renameUid ? "ledger-renamed" : "ledger");
    if (options.addOperator) lines = lines.map(new Audit()).returns(Types.STRING).name("audit").uid("audit");
    lines
        .transform(SnapshotGateFactory.NAME, Types.STRING, new SnapshotGateFactory(options))
        .uid(SnapshotGateFactory.NAME)
        .sinkTo(sink(options.out))
        .name("sink")
        .uid("sink");
  }

  private static Sink<String> sink(String out) {
    if (out == null) return new DiscardingSink<>();
    return FileSink.<String>forRowFormat(new Path("file://" + out), new SimpleStringEncoder<>())
        .withBucketAssigner(new BasePathBucketAssigner<>())
        .withRollingPolicy(OnCheckpointRollingPolicy.build())
        .build();
  }
}
