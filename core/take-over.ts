/** Whether a worker that starts makes its build the one that new operations begin on. */

/** What its settings say: leave that to others; do so where this build is new; do so in any case. */
export type TakeOverWish = 'never' | 'whenNew' | 'always';

/** What is known of the builds when it starts. */
export interface Builds {
  readonly own: string;
  /** Absent: none is current, and so no change of any job is accepted. */
  readonly current?: string | undefined;
  /** Whether this build has been current before. */
  readonly ownWasCurrent: boolean;
}

/** `isCurrent`: nothing is to do; `notAsked` and `wasReplaced`: another build is current, and stays so. */
export type TakeOver = 'isCurrent' | 'takeOver' | 'notAsked' | 'wasReplaced';

/**
 * Each build takes over once, by itself: a worker of the old one that is started again beside the new one would else take everything
 * back. Where no build is current the first one takes over, whatever was asked for: nobody loses anything, and without it nothing works.
 */
export function takeOverOf(wish: TakeOverWish, { own, current, ownWasCurrent }: Builds): TakeOver {
  if (current === own) return 'isCurrent';
  if (current === undefined || wish === 'always') return 'takeOver';
  if (wish === 'never') return 'notAsked';
  return ownWasCurrent ? 'wasReplaced' : 'takeOver';
}
