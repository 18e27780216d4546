package dev.drey.ledger;

import java.lang.reflect.Field;
import java.util.ArrayDeque;
import java.util.Deque;
import sun.misc.Unsafe;

/**
 * Memory outside the heap that no limit of the JVM holds back, as native libraries take it: only the limit of the container does.
 * Every page of it is written, so that it is really used.
 */
final class NativeMemory {
  private static final long BLOCK_BYTES = 1 << 20;
  private static final Unsafe UNSAFE = unsafe();

  private final Deque<Long> blocks = new ArrayDeque<>();

  /** Holds so many MiB from now on, and gives back what is more. */
  void hold(long mebibytes) {
    while (blocks.size() > mebibytes) UNSAFE.freeMemory(blocks.pop());
    while (blocks.size() < mebibytes) {
      long block = UNSAFE.allocateMemory(BLOCK_BYTES);
      UNSAFE.setMemory(block, BLOCK_BYTES, (byte) 1);
      blocks.push(block);
    }
  }

  private static Unsafe unsafe() {
    try {
      Field field = Unsafe.class.getDeclaredField("theUnsafe");
      field.setAccessible(true);
      return (Unsafe) field.get(null);
    } catch (ReflectiveOperationException otherJvm) {
      throw new IllegalStateException("this JVM gives no memory outside its heap", otherJvm);
    }
  }
}
