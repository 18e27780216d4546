package dev.drey.ledger;

import java.io.IOException;
import java.util.concurrent.FutureTask;
import org.apache.flink.metrics.groups.OperatorMetricGroup;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.state.CheckpointStreamFactory;
import org.apache.flink.runtime.state.SnapshotResult;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.OperatorSnapshotFutures;
import org.apache.flink.streaming.api.operators.Output;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.operators.StreamTaskStateInitializer;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.LatencyMarker;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;

/**
 * Passes records through, and makes snapshots slow or fail, and the job fail, when told. It is an operator from the
 * ground up because Flink's own base classes hide whether a snapshot is a savepoint. The delay is in the part of a
 * snapshot that runs beside the records, as with large state: records flow on meanwhile.
 */
final class SnapshotGate implements OneInputStreamOperator<String, String> {
  private static final long serialVersionUID = 1;
  private static final long LOOK_EVERY_MS = 200;

  private final transient Output<StreamRecord<String>> output;
  private final transient ProcessingTimeService clock;
  private final transient OperatorMetricGroup metrics;
  private final transient OperatorID id;
  private final transient Faults faults;
  private final transient boolean mayFail;
  private final transient NativeMemory memory = new NativeMemory();

  SnapshotGate(StreamOperatorParameters<String> parameters, Faults faults) {
    output = parameters.getOutput();
    clock = parameters.getProcessingTimeService();
    id = parameters.getStreamConfig().getOperatorID();
    var environment = parameters.getContainingTask().getEnvironment();
    metrics = environment.getMetricGroup().getOrAddOperator(SnapshotGateFactory.NAME);
    this.faults = faults;
    // One failure fails them all, and several would use up several of a token's times at once.
    mayFail = environment.getTaskInfo().getIndexOfThisSubtask() == 0;
  }

  @Override
  public void open() {
    if (mayFail) clock.scheduleWithFixedDelay(now -> obey(), 0, LOOK_EVERY_MS);
  }

  private void obey() throws IOException {
    memory.hold(faults.nativeMebibytes());
    if (faults.takeFailure()) throw new FaultException("told to fail by 'fail'");
  }

  @Override
  public OperatorSnapshotFutures snapshotState(
      long checkpointId, long timestamp, CheckpointOptions options, CheckpointStreamFactory storage) {
    boolean savepoint = options.getCheckpointType().isSavepoint();
    long delayMs = faults.snapshotDelayMs(savepoint);
    boolean fails = faults.failsSnapshots(savepoint);
    OperatorSnapshotFutures futures = new OperatorSnapshotFutures();
    if (delayMs == 0 && !fails) return futures;
    futures.setOperatorStateManagedFuture(
        new FutureTask<>(
            () -> {
              Thread.sleep(delayMs);
              String name = savepoint ? "savepoint-fail" : "checkpoint-fail";
              if (fails) throw new FaultException("told to fail the snapshot by '" + name + "'");
              return SnapshotResult.empty();
            }));
    return futures;
  }

  @Override
  public void processElement(StreamRecord<String> element) {
    output.collect(element);
  }

  @Override
  public void processWatermark(Watermark mark) {
    output.emitWatermark(mark);
  }

  @Override
  public void processWatermarkStatus(WatermarkStatus status) {
    output.emitWatermarkStatus(status);
  }

  @Override
  public void processLatencyMarker(LatencyMarker marker) {
    output.emitLatencyMarker(marker);
  }

  @Override
  public void finish() {}

  @Override
  public void close() {
    memory.hold(0);
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) {}

  @Override
  public void initializeState(StreamTaskStateInitializer initializer) {}

  @Override
  public void notifyCheckpointComplete(long checkpointId) {}

  @Override
  public void setKeyContextElement1(StreamRecord<?> record) {}

  @Override
  public void setKeyContextElement2(StreamRecord<?> record) {}

  @Override
  public void setCurrentKey(Object key) {}

  @Override
  public Object getCurrentKey() {
    return null;
  }

  @Override
  public OperatorMetricGroup getMetricGroup() {
    return metrics;
  }

  @Override
  public OperatorID getOperatorID() {
    return id;
  }
}
