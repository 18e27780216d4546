/** Query parameters that may be given several times. */
import { z } from 'zod';

/** One value or many, 64 at most; absent when none is given. */
export function several<T extends z.ZodType>(item: T) {
  return z.preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(item).max(64)).optional();
}
