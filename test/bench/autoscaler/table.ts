/** Scores as text: a row for each scenario, the profiles side by side under each measure. */
import type { Aim } from './aims.ts';
import type { Score } from './score.ts';
import type { Totals } from './totals.ts';

/** Scores by profile, or by whatever is compared. */
export interface Row<Judged> {
  readonly name: string;
  readonly by: Readonly<Record<string, Judged>>;
}

type Measure = keyof Totals & keyof Score;

const measures: readonly (readonly [Measure, title: string, digits: number])[] = [
  ['reconfigurations', 'rescales', 0],
  ['lateHours', 'hours late', 2],
  ['slotHours', 'slot-hours', 0],
  ['slotHoursOver', 'over the ideal', 0],
  ['stepsToSettle', 'steps to settle', 1],
  ['hoursToSettle', 'hours to settle', 1],
  ['overshoot', 'overshoot', 2],
  ['flaps', 'flaps', 0],
  ['unsettled', 'unsettled', 0],
];

const nameWidth = 22;
const cellWidth = 7;

/** @param profiles in the order in which they are shown. */
export function tableOf(
  rows: readonly Row<Score | Totals>[],
  total: Row<Totals>,
  profiles: readonly string[],
): readonly string[] {
  const lines = [...rows, total].map(({ name, by }) => lineOf(name, by, profiles));
  const rule = '─'.repeat(lines[0]?.length ?? 0);
  return [...headOf(profiles), rule, ...lines.slice(0, -1), rule, ...lines.slice(-1)];
}

function headOf(profiles: readonly string[]): readonly string[] {
  const groupWidth = cellWidth * profiles.length;
  const titles = measures.map(([, title]) => title.padStart(groupWidth));
  const letters = measures.map(() => profiles.map((_, at) => letter(at).padStart(cellWidth)).join(''));
  const legend = profiles.map((profile, at) => `${letter(at)} ${profile}`).join('   ');
  return [legend, '', ' '.repeat(nameWidth) + titles.join(' '), ' '.repeat(nameWidth) + letters.join(' ')];
}

const letter = (at: number) => String.fromCodePoint(65 + at);

function lineOf(name: string, by: Readonly<Record<string, Score | Totals>>, profiles: readonly string[]): string {
  const groups = measures.map(([measure, , digits]) =>
    profiles.map((profile) => cell(by[profile]?.[measure] ?? null, digits)).join(''),
  );
  return name.padEnd(nameWidth) + groups.join(' ');
}

function cell(value: number | null, digits: number): string {
  return (value === null ? '–' : value === 0 ? '0' : value.toFixed(digits)).padStart(cellWidth);
}

export function aimLines(aims: readonly Aim[]): readonly string[] {
  return aims.map(({ about, most, is, met }) => {
    const figures = `${Number(is.toFixed(1))} of at most ${Number(most.toFixed(1))}`;
    return `${met ? '✓' : '✗'} ${about}: ${figures}`;
  });
}
