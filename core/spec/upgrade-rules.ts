/** Rules on blue/green upgrades: a candidate has one fate, and only this strategy has candidates. */
import { problem } from './problem.ts';
import { rule, type SpecRule } from './rule.ts';

const oneFate = rule(['upgrade'], ({ promoteAfter, discardAfter }) =>
  promoteAfter === undefined || discardAfter === undefined
    ? []
    : [
        problem(
          ['spec', 'upgrade', 'discardAfter'],
          'cannot be given together with `promoteAfter`',
          'Leave one of them out.',
        ),
      ],
);

const onlyCandidates = rule(['upgrade'], ({ strategy, promoteAfter, discardAfter }) => {
  if (strategy === 'blueGreen' || (promoteAfter === undefined && discardAfter === undefined)) return [];
  const field = promoteAfter === undefined ? 'discardAfter' : 'promoteAfter';
  return [problem(['spec', 'upgrade', field], 'needs `strategy: blueGreen`', 'Set it, or leave this out.')];
});

export const upgradeRules: readonly SpecRule[] = [oneFate, onlyCandidates];
