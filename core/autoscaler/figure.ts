/** Numbers of Flink that may be none, between JSON and arithmetic. */
import type { Figure } from './samples.ts';

/** The number that is meant; NaN where nothing is known. */
export function numberOf(figure: Figure | undefined): number {
  return figure === undefined ? Number.NaN : Number(figure);
}

/** The figure to write for a number. */
export function figureOf(value: number): Figure {
  if (Number.isFinite(value)) return value;
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? 'Infinity' : '-Infinity';
}
