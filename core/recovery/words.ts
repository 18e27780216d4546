/** Words that failures of a running job have in common. */
import type { Observation } from '../observation/observation.ts';

/** A span for people: `45 s`, `12 min`, `3 h`. */
export function spanText(spanMs: number): string {
  const seconds = Math.round(spanMs / 1000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

/** `1 restart`, `7 restarts`. */
export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** The first few of them, and how many there are besides. */
export function listed(all: readonly string[], countMax = 3): string {
  const more = all.length - countMax;
  return [...all.slice(0, countMax), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

/** What Flink says caused it, as another sentence; empty where it says nothing. */
export function causeText({ cause }: Pick<Observation, 'cause'>): string {
  return cause ? ` ${cause.failure.message}` : '';
}

/** The exception behind it, as evidence. */
export function causeEvidence({ cause }: Pick<Observation, 'cause'>): { readonly evidence?: string } {
  return cause?.failure.evidence === undefined ? {} : { evidence: cause.failure.evidence };
}
