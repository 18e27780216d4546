/** Free text about a thing, as people write it for one another. */
import { z } from 'zod';

/** At most 1000 characters; line breaks and tabs may be in it, other control characters not: PostgreSQL takes no NUL. */
export function describingText() {
  return z
    .string()
    .max(1000)
    .refine((text) => !/[^\P{Cc}\n\r\t]/u.test(text), 'holds a control character')
    .default('');
}
