package dev.drey.ledger;

import java.io.IOException;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** Counts each key's records, and writes the count beside the record's number: they differ if state was lost. */
final class LedgerFunction extends KeyedProcessFunction<Integer, NumberedRecord, String>
    implements CheckpointedFunction {
  private static final long serialVersionUID = 1;

  private final Options options;
  private final Faults faults;
  private transient Counter counter;
  private transient ValueState<byte[]> padding;
  private transient long processed;

  LedgerFunction(Options options) {
    this.options = options;
    faults = new Faults(options);
  }

  @Override
  public void initializeState(FunctionInitializationContext context) {
    if (options.refuseRestore && context.isRestored())
      throw new FaultException("told to refuse restored state by --refuse-restore");
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) {}

  @Override
  public void open(OpenContext context) {
    counter = Counter.open(getRuntimeContext(), faults.keepsStateAsText());
    padding =
        getRuntimeContext()
            .getState(
                new ValueStateDescriptor<>("padding", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
  }

  @Override
  public void processElement(NumberedRecord record, Context context, Collector<String> out) throws IOException {
    processed++;
    if (options.failAfter > 0 && processed > options.failAfter)
      throw new FaultException("told to fail after " + options.failAfter + " records by --fail-after");
    keepBusy((long) (faults.costMicros() * 1000));
    await((long) (faults.waitMicros() * 1000));
    long count = counter.value();
    counter.set(count + 1);
    pad(record.key);
    out.collect(new Entry(record.key, record.number, count, record.emittedAtMs, System.currentTimeMillis()).toLine());
  }

  /** Busy and not asleep, so that it shows as load; a task that is cancelled is interrupted and need not wait. */
  private static void keepBusy(long nanos) {
    if (nanos <= 0) return;
    long end = System.nanoTime() + nanos;
    while (System.nanoTime() < end && !Thread.currentThread().isInterrupted()) Thread.onSpinWait();
  }

  /** Asleep, as one that asks a service: to Flink the task is busy all the same, and the processor is free for others. */
  private static void await(long nanos) {
    long end = System.nanoTime() + nanos;
    for (long left = nanos; left > 0 && !Thread.currentThread().isInterrupted(); left = end - System.nanoTime())
      LockSupport.parkNanos(left);
  }

  /** Random bytes, since others would be compressed to nothing; written once, since only their size matters. */
  private void pad(int key) throws IOException {
    if (options.stateBytes == 0) return;
    byte[] current = padding.value();
    if (current != null && current.length == options.stateBytes) return;
    byte[] bytes = new byte[options.stateBytes];
    new Random(key).nextBytes(bytes);
    padding.update(bytes);
  }
}
