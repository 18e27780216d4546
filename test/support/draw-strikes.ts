/** What a soak does to the stack every few seconds: drawn by a seed, so that a run can be had again. */

export type Strike =
  | { readonly what: 'kill'; readonly part: Part }
  | { readonly what: 'stand still' | 'cut off'; readonly part: Part; readonly ms: number }
  | { readonly what: 'delete pods'; readonly job: string; readonly component: 'jobmanager' | 'taskmanager' };

/** The processes of the stack, and those that have a second one. */
export const firsts = ['api', 'worker', 'agent', 'temporal', 'postgres'] as const;
const secondNames = ['second api', 'second worker', 'second agent'] as const;

export type Part = (typeof firsts | typeof secondNames)[number];

const components = ['jobmanager', 'taskmanager'] as const;

/** Less than the time from one strike to the next: two at once may be more than a pair can bear. */
const lastsMs = { least: 1_000, most: 9_000 };

/** In a long soak each fourth one lasts longer, up to a minute: the next strike waits for its end. */
const long = { from: 0.75, mostMs: 60_000 };

/** @param draw from 0 to 1. */
function lasting(draw: number, isLongSoak: boolean): number {
  const { least, most } = lastsMs;
  if (!isLongSoak || draw < long.from) return Math.round(least + draw * (most - least));
  return Math.round(most + ((draw - long.from) / (1 - long.from)) * (long.mostMs - most));
}

/** One of the cases, each as likely as the others. */
export function oneOf<Case>(cases: readonly Case[], random: () => number): Case {
  const chosen = cases[Math.floor(random() * cases.length)];
  if (chosen === undefined) throw new Error('there is nothing to choose from');
  return chosen;
}

/** The next one: as often a process as a pod. What is drawn depends on the generator alone, and on whether the soak is a long one. */
export function drawStrike(jobs: readonly string[], random: () => number, isLongSoak: boolean): Strike {
  const draws = [random(), random(), random()] as const;
  const nth = (at: number) => () => draws[at] ?? 0;
  const ms = lasting(draws[2], isLongSoak);
  const what = oneOf(['kill', 'kill', 'stand still', 'cut off', 'pods', 'pods', 'pods', 'pods'] as const, nth(0));
  switch (what) {
    case 'kill':
      return { what: 'kill', part: oneOf([...firsts, ...secondNames], nth(1)) };
    case 'stand still':
      // A PostgreSQL whose first process stands still answers as before.
      return { what: 'stand still', ms, part: oneOf([...firsts.slice(0, 4), ...secondNames], nth(1)) };
    case 'cut off':
      return { what: 'cut off', ms, part: oneOf(secondNames, nth(1)) };
    case 'pods':
      return { what: 'delete pods', job: oneOf(jobs, nth(1)), component: oneOf(components, nth(2)) };
    default:
      return what satisfies never;
  }
}

/** In a few words, for the table. */
export function strikeText(strike: Strike): string {
  if (strike.what === 'delete pods') return `delete the ${strike.component} of ${strike.job}`;
  return strike.what === 'kill' ? `kill ${strike.part}` : `${strike.what} ${strike.part} ${strike.ms} ms`;
}
