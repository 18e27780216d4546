package dev.drey.ledger;

import java.util.List;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** Numbers 0, 1, 2, … for each key; what has not been emitted in time is backlog, as with a message queue. */
final class LedgerSource implements Source<NumberedRecord, LedgerSplit, List<LedgerSplit>> {
  private static final long serialVersionUID = 1;

  private final Options options;

  LedgerSource(Options options) {
    this.options = options;
  }

  @Override
  public Boundedness getBoundedness() {
    return options.records > 0 ? Boundedness.BOUNDED : Boundedness.CONTINUOUS_UNBOUNDED;
  }

  @Override
  public SourceReader<NumberedRecord, LedgerSplit> createReader(SourceReaderContext context) {
    return new LedgerReader(options, context);
  }

  @Override
  public SplitEnumerator<LedgerSplit, List<LedgerSplit>> createEnumerator(SplitEnumeratorContext<LedgerSplit> context) {
    List<LedgerSplit> all = LedgerSplit.initial(options, System.currentTimeMillis());
    return new LedgerEnumerator(context, all, options);
  }

  @Override
  public SplitEnumerator<LedgerSplit, List<LedgerSplit>> restoreEnumerator(
      SplitEnumeratorContext<LedgerSplit> context, List<LedgerSplit> unassigned) {
    return new LedgerEnumerator(context, unassigned, options);
  }

  @Override
  public SimpleVersionedSerializer<LedgerSplit> getSplitSerializer() {
    return SplitSerializer.single();
  }

  @Override
  public SimpleVersionedSerializer<List<LedgerSplit>> getEnumeratorCheckpointSerializer() {
    return SplitSerializer.list();
  }
}
