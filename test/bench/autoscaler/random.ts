/** Seeded chance: the same seed gives the same numbers on every machine, so that a run can be repeated. */

export interface Random {
  /** Evenly between 0 (included) and 1 (excluded). */
  uniform(): number;
  /** The normal distribution with mean 0 and standard deviation 1. */
  gaussian(): number;
}

/** A stream of chance of its own for each seed and purpose: what one draws does not shift another. */
export function randomOf(seed: number, purpose: string): Random {
  let state = hashOf(`${seed}/${purpose}`);
  // mulberry32, by Tommy Ettinger (public domain): 32 bits of state, enough for a simulation.
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  // Box and Muller's transform, the cosine half.
  const gaussian = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, gaussian };
}

/** FNV-1a over the text's UTF-16 units, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}

/**
 * A factor around 1 that wanders: what happens now resembles what happened a moment ago (an autoregressive process of
 * order one). Never below a tenth.
 * @param deviation the standard deviation of the factor.
 * @param memorySeconds after this long, a deviation has fallen to about a third.
 */
export function wandering(random: Random, deviation: number, memorySeconds: number, stepSeconds: number): () => number {
  const kept = Math.exp(-stepSeconds / memorySeconds);
  const fresh = deviation * Math.sqrt(1 - kept * kept);
  let offset = deviation * random.gaussian();
  return () => {
    offset = kept * offset + fresh * random.gaussian();
    return Math.max(0.1, 1 + offset);
  };
}
