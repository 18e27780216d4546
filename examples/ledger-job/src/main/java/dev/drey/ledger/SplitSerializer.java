package dev.drey.ledger;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** Writes splits into checkpoints: the readers' one by one, the enumerator's as a list. */
final class SplitSerializer {
  private static final int VERSION = 1;

  private SplitSerializer() {}

  static SimpleVersionedSerializer<LedgerSplit> single() {
    return new Versioned<>() {
      @Override
      void write(LedgerSplit split, DataOutputStream output) throws IOException {
        writeSplit(split, output);
      }

      @Override
      LedgerSplit read(DataInputStream input) throws IOException {
        return readSplit(input);
      }
    };
  }

  static SimpleVersionedSerializer<List<LedgerSplit>> list() {
    return new Versioned<>() {
      @Override
      void write(List<LedgerSplit> splits, DataOutputStream output) throws IOException {
        output.writeInt(splits.size());
        for (LedgerSplit split : splits) writeSplit(split, output);
      }

      @Override
      List<LedgerSplit> read(DataInputStream input) throws IOException {
        List<LedgerSplit> splits = new ArrayList<>();
        for (int count = input.readInt(); count > 0; count--) splits.add(readSplit(input));
        return splits;
      }
    };
  }

  private static void writeSplit(LedgerSplit split, DataOutputStream output) throws IOException {
    output.writeInt(split.layout().index());
    output.writeInt(split.layout().splits());
    output.writeInt(split.layout().keys());
    output.writeLong(split.position());
    output.writeDouble(split.available());
    output.writeLong(split.sinceMs());
  }

  private static LedgerSplit readSplit(DataInputStream input) throws IOException {
    SplitLayout layout = new SplitLayout(input.readInt(), input.readInt(), input.readInt());
    return new LedgerSplit(layout, input.readLong(), input.readDouble(), input.readLong());
  }

  private abstract static class Versioned<T> implements SimpleVersionedSerializer<T> {
    abstract void write(T value, DataOutputStream output) throws IOException;

    abstract T read(DataInputStream input) throws IOException;

    @Override
    public int getVersion() {
      return VERSION;
    }

    @Override
    public byte[] serialize(T value) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      write(value, new DataOutputStream(bytes));
      return bytes.toByteArray();
    }

    @Override
    public T deserialize(int version, byte[] bytes) throws IOException {
      if (version != VERSION) throw new IOException("splits of version " + version + " are unknown");
      return read(new DataInputStream(new ByteArrayInputStream(bytes)));
    }
  }
}
