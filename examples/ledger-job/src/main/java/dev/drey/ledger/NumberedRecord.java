package dev.drey.ledger;

/** What the source emits. Public fields and no arguments, so that Flink needs no generic serializer. */
public final class NumberedRecord {
  public int key;
  public long number;
  public long emittedAtMs;

  public NumberedRecord() {}

  NumberedRecord(int key, long number, long emittedAtMs) {
    this.key = key;
    this.number = number;
    this.emittedAtMs = emittedAtMs;
  }
}
