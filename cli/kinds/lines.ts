/** Pieces of what `describe` prints. */
import type { Failure } from '../../core/failure.ts';
import { printable } from '../world.ts';

export type Pair = readonly [label: string, value: string | number | undefined];

/** `Label:   value` with the values in one column, also those of several lines; pairs without a value are left out. */
export function pairLines(pairs: readonly Pair[]): string[] {
  const known = pairs.filter(([, value]) => value !== undefined && value !== '');
  const width = Math.max(0, ...known.map(([label]) => label.length)) + 1;
  const below = ' '.repeat(width + 2);
  return known.map(([label, value]) => {
    const lines = String(value).split('\n').join(`\n${below}`);
    return printable(`${`${label}:`.padEnd(width)}  ${lines}`);
  });
}

/** A failure with its cure and evidence; nothing when there is none. */
export function failureLines(failure: Failure | undefined, title = 'Failure:'): string[] {
  if (failure === undefined) return [];
  const evidence = failure.evidence === undefined ? [] : ['  Evidence:', ...indented(failure.evidence)];
  return [
    title,
    ...pairLines([
      ['  Code', failure.code],
      ['  Message', failure.message],
      ['  Cure', failure.cure],
    ]),
    ...evidence,
  ];
}

/** Whether the sentence of one is in that of another, which may tell what came of it. */
export function isToldBy(failure: Failure, other: Failure | undefined): boolean {
  return other?.message.includes(failure.message) === true;
}

function indented(text: string): string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => printable(`    ${line}`));
}
