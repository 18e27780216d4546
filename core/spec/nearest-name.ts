/** The known name that a mistyped one was most likely meant to be. */

/** The nearest of the known names, or nothing when none is near: about one slip for every three letters, at most three. */
export function nearestName(word: string, known: readonly string[]): string | undefined {
  const slipsMax = Math.min(3, Math.ceil(word.length / 3));
  let best: { name: string; slips: number } | undefined;
  for (const name of known) {
    const slips = slipsBetween(word.toLowerCase(), name.toLowerCase());
    if (slips <= slipsMax && (!best || slips < best.slips)) best = { name, slips };
  }
  return best?.name;
}

/** Letters inserted, left out, replaced, or swapped with the next one (optimal string alignment). */
export function slipsBetween(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > 3) return Infinity;
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1];
      const swapped = column > 1 && row > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      const choices = [at(last, column) + 1, at(current, column - 1) + 1, at(last, column - 1) + (same ? 0 : 1)];
      if (swapped) choices.push(at(beforeLast, column - 2) + 1);
      current.push(Math.min(...choices));
    }
    beforeLast = last;
    last = current;
  }
  return at(last, other.length);
}

function at(numbers: readonly number[], index: number): number {
  return numbers[index] ?? Infinity;
}
