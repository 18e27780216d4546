/** A row of numbers as a line of blocks: how it went, in the width of a word. */

const blocks = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** Not a space: a table takes the ends of a cell off. */
const gap = '·';

/** One block for each value, between the least and the most of them; a dot where nothing was measured. */
export function sparkline(values: readonly (number | undefined)[]): string {
  const known = values.filter((value) => value !== undefined);
  const least = Math.min(...known);
  const range = Math.max(...known) - least;
  const blockOf = (value: number) => {
    // What does not change is a line along the ground.
    const part = range > 0 ? (value - least) / range : 0;
    return blocks[Math.min(blocks.length - 1, Math.floor(part * blocks.length))] ?? gap;
  };
  return values.map((value) => (value === undefined ? gap : blockOf(value))).join('');
}
