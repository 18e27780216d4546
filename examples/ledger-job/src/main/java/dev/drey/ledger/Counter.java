package dev.drey.ledger;

import java.io.IOException;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;

/** How many records the current key has had, kept in state of one of two types that cannot be read as the other. */
abstract class Counter {
  abstract long value() throws IOException;

  abstract void set(long value) throws IOException;

  static Counter open(RuntimeContext context, boolean asText) {
    return asText
        ? new TextCounter(context.getState(new ValueStateDescriptor<>("count", Types.STRING)))
        : new LongCounter(context.getState(new ValueStateDescriptor<>("count", Types.LONG)));
  }

  private static final class LongCounter extends Counter {
    private final ValueState<Long> state;

    LongCounter(ValueState<Long> state) {
      this.state = state;
    }

    @Override
    long value() throws IOException {
      Long value = state.value();
      return value == null ? 0 : value;
    }

    @Override
    void set(long value) throws IOException {
      state.update(value);
    }
  }

  private static final class TextCounter extends Counter {
    private final ValueState<String> state;

    TextCounter(ValueState<String> state) {
      this.state = state;
    }

    @Override
    long value() throws IOException {
      String value = state.value();
      return value == null ? 0 : Long.parseLong(value);
    }

    @Override
    void set(long value) throws IOException {
      state.update(String.valueOf(value));
    }
  }
}
