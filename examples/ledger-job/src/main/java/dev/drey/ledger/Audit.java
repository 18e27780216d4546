package dev.drey.ledger;

import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;

/** One operator more, with state of its own, for upgrades that add one or take one away. It changes nothing. */
final class Audit implements MapFunction<String, String>, CheckpointedFunction {
  private static final long serialVersionUID = 1;

  private transient ListState<Long> counts;
  private transient long seen;

  @Override
  public String map(String line) {
    seen++;
    return line;
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    counts = context.getOperatorStateStore().getListState(new ListStateDescriptor<>("seen", Types.LONG));
    for (long count : counts.get()) seen += count;
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    counts.clear();
    counts.add(seen);
  }
}
