/** Rules on periodic savepoints: one kind of period, a time that comes, and a place to put them. */
import { scheduleProblem } from '../savepoint-schedule.ts';
import { problem } from './problem.ts';
import { rule, type SpecRule } from './rule.ts';

const onePeriod = rule(['savepoints'], ({ every, schedule }) =>
  every === undefined || schedule === undefined
    ? []
    : [problem(['spec', 'savepoints', 'schedule'], 'cannot be given together with `every`', 'Leave one of them out.')],
);

const knownTime = rule(['savepoints'], ({ schedule }) => {
  const wrong = schedule && scheduleProblem(schedule);
  if (!wrong) return [];
  const hint = 'Write it as in `cron: "0 3 * * *"` and `timeZone: Europe/Berlin`.';
  return [problem(['spec', 'savepoints', 'schedule', wrong.field], wrong.message, hint)];
});

const place = rule(['savepoints', 'storage'], ({ every, schedule }, storage) => {
  if (storage.savepoints !== undefined || (every === undefined && schedule === undefined)) return [];
  const field = every === undefined ? 'schedule' : 'every';
  const hint = 'Give `spec.storage.root` or `spec.storage.volumeClaim`, or leave it out.';
  return [problem(['spec', 'savepoints', field], 'needs storage: there is no place for savepoints', hint)];
});

export const savepointRules: readonly SpecRule[] = [onePeriod, knownTime, place];
