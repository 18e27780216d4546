import { describe, expect, test } from '@jest/globals';
import { ObserverSlots } from '../../agent/observer-slots.ts';

/** Asks for a slot; the answer tells whether it was granted so far. */
function ask(slots: ObserverSlots): { readonly granted: () => Promise<boolean>; readonly abort: AbortController } {
  let granted = false;
  const abort = new AbortController();
  const asked = slots.reserveSlot(undefined, abort.signal).then(
    () => (granted = true),
    () => undefined,
  );
  return { granted: async () => (await Promise.race([asked, Promise.resolve()]), granted), abort };
}

const grantedOf = (asked: readonly ReturnType<typeof ask>[]) => Promise.all(asked.map(({ granted }) => granted()));

describe('an agent offers to observe', () => {
  test('one shard, until it knows how many there are', async () => {
    const slots = new ObserverSlots();
    expect(await grantedOf([ask(slots), ask(slots)])).toEqual([true, false]);
  });

  test('nothing more while it observes the only shard', async () => {
    const slots = new ObserverSlots();
    const asked = [ask(slots), ask(slots)];
    slots.learn(1);
    expect(await grantedOf(asked)).toEqual([true, false]);
  });

  test('as many as there are shards, once one has told', async () => {
    const slots = new ObserverSlots();
    const asked = [ask(slots), ask(slots), ask(slots), ask(slots)];
    slots.learn(3);
    expect(await grantedOf(asked)).toEqual([true, true, true, false]);
  });

  test('again what it has given up', async () => {
    const slots = new ObserverSlots();
    const asked = [ask(slots), ask(slots)];
    slots.releaseSlot();
    expect(await grantedOf(asked)).toEqual([true, true]);
  });

  test('nothing to whom does not wait any more', async () => {
    const slots = new ObserverSlots();
    const asked = [ask(slots), ask(slots), ask(slots)];
    asked[1]?.abort.abort();
    slots.releaseSlot();
    expect(await grantedOf(asked)).toEqual([true, false, true]);
  });

  test('a slot that is taken without waiting, too', async () => {
    const slots = new ObserverSlots();
    expect([slots.tryReserveSlot(), slots.tryReserveSlot()]).toEqual([{}, null]);
    expect(await grantedOf([ask(slots)])).toEqual([false]);
  });
});
