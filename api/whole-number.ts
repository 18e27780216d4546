/** Whole numbers as paths and queries have them: as text. */
import { z } from 'zod';

/** Digits and nothing else: `Number` would take an empty value for 0, and other bases and powers of ten for what they say. */
const digits = /^-?\d+$/;

export function wholeNumber(min: number, max: number, tooLarge = `must be at most ${max}`) {
  const number = z
    .number('must be a whole number')
    .int('must be a whole number')
    .min(min, `must be at least ${min}`)
    .max(max, tooLarge);
  return z.preprocess((text) => (typeof text === 'string' && digits.test(text) ? Number(text) : text), number);
}
