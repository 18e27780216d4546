package dev.drey.ledger;

import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;

/** Makes the gate where the job runs. */
final class SnapshotGateFactory extends AbstractStreamOperatorFactory<String>
    implements OneInputStreamOperatorFactory<String, String> {
  private static final long serialVersionUID = 1;
  static final String NAME = "gate";

  private final Options options;

  SnapshotGateFactory(Options options) {
    this.options = options;
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T extends StreamOperator<String>> T createStreamOperator(StreamOperatorParameters<String> parameters) {
    return (T) new SnapshotGate(parameters, new Faults(options));
  }

  @Override
  @SuppressWarnings("rawtypes")
  public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader loader) {
    return SnapshotGate.class;
  }
}
