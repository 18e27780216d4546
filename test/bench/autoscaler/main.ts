/**
 * `npm run bench:autoscaler`: every profile of the engine on every scenario, in a model (see plant.ts for what it takes
 * to be so, metrics.ts for what is seen of it, simulation.ts for how a rescale goes).
 *
 *     npm run bench:autoscaler -- [-o json] [--scenario NAME]… [--profile NAME]… [--without FEATURE]… [--ablation] [--trace]
 *         [--seeds N,M…] [--every SECONDS]
 *
 * `--seeds` gives all chance other seeds, and sums up over them (what was found with one must hold with others), `--every`
 * reads the metrics at another pace. `--trace` follows the first seed.
 *
 * Exits with 1 where `drey` and `flink-operator-main` were run on all scenarios, `drey` with all its features, and an aim is missed (see aims.ts).
 * With `--scenario` or `--without` the aims are shown all the same, and fail nothing; with `--ablation`, `--trace` or one profile there are none.
 */
import { parseArgs } from 'node:util';
import { keepSamplesMs } from '../../../core/autoscaler/sample-window.ts';
import { features, type Feature, type ProfileName } from '../../../core/autoscaler/policy.ts';
import { numberSaid, numbersSaid } from '../numbers-said.ts';
import { aimsOf, failsBy } from './aims.ts';
import { followLines } from './follow.ts';
import { mightiestParallelism } from './ideal.ts';
import { engineOf, policyOf, profileNames } from './profiles.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios.ts';
import { scoreOf, type Score } from './score.ts';
import { simulate } from './simulation.ts';
import { aimLines, tableOf, type Row } from './table.ts';
import { totalsOf, type Totals } from './totals.ts';

/** One column of the table: a profile, with or without all that it adds. */
interface Contender {
  readonly name: string;
  readonly profile: ProfileName;
  readonly without: readonly Feature[];
}

const { values } = parseArgs({
  options: {
    output: { type: 'string', short: 'o', default: 'table' },
    scenario: { type: 'string', multiple: true, default: [] },
    profile: { type: 'string', multiple: true, default: [] },
    without: { type: 'string', multiple: true, default: [] },
    ablation: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
    seeds: { type: 'string', default: '0' },
    every: { type: 'string', default: '60' },
  },
});

const chosen = scenarios.filter(({ name }) => values.scenario.length === 0 || values.scenario.includes(name));
const unknown = [
  ...values.scenario.filter((name) => !scenarios.some((each) => each.name === name)),
  ...values.profile.filter((name) => !profileNames.some((each) => each === name)),
  ...values.without.filter((name) => !features.some((each) => each === name)),
];
if (unknown.length > 0) throw new Error(`unknown: ${unknown.join(', ')}`);
const seeds = numbersSaid('seeds', values.seeds);
const sampleSeconds = numberSaid('every', values.every);
/** Each with the chance of each seed. */
const stories = seeds.map((seed) => chosen.map((each) => ({ ...each, seed: each.seed + 1_000 * seed })));

function run(scenario: Scenario, { profile, without }: Contender) {
  const policy = policyOf(scenario, profile, without);
  const options = { keepSamplesMs: keepSamplesMs(policy.options), sampleSeconds };
  return simulate(scenario, engineOf(policy), options);
}

function dreyWithout(feature: Feature): Contender {
  return { name: `without ${feature}`, profile: 'drey', without: [feature] };
}

/** Hours late with as many subtasks as are of any use, from the beginning on: nobody can do better. */
function unavoidable(scenario: Scenario): number {
  const start = mightiestParallelism(scenario.job, scenario.bounds?.max ?? Infinity);
  const nobody = { decide: () => ({ why: '' }) };
  const mightiest = { ...scenario, start };
  return scoreOf(scenario, simulate(mightiest, nobody, { keepSamplesMs: 0, sampleSeconds: 3_600 })).lateHours;
}

function contenders(): readonly Contender[] {
  const without = features.filter((feature) => values.without.includes(feature));
  if (values.ablation) {
    return [{ name: 'drey', profile: 'drey', without: [] }, ...features.map(dreyWithout)];
  }
  return profileNames
    .filter((profile) => values.profile.length === 0 || values.profile.includes(profile))
    .map((profile) => ({ name: profile, profile, without: profile === 'drey' ? without : [] }));
}

/** Scores of all scenarios with the chance of one seed. */
function compare(story: readonly Scenario[], among: readonly Contender[]): readonly Row<Score>[] {
  return story.map((scenario) => {
    const by = among.map((each) => [each.name, scoreOf(scenario, run(scenario, each))] as const);
    return { name: scenario.name, by: Object.fromEntries(by) };
  });
}

function totalOf(name: string, rows: readonly Row<Score>[], among: readonly Contender[]): Row<Totals> {
  const totals = among.map((each) => [each.name, totalsOf(rows.flatMap(({ by }) => by[each.name] ?? []))] as const);
  return { name, by: Object.fromEntries(totals) };
}

function show(): void {
  const among = contenders();
  const rows = stories.map((story) => compare(story, among));
  const totals = rows.map((each, at) => totalOf(`seed ${seeds[at]}`, each, among));
  const total = totalOf('all', rows.flat(), among);
  const { drey, 'flink-operator-main': main } = total.by;
  const lateHoursUnavoidable = stories
    .flat()
    .map(unavoidable)
    .reduce((sum, hours) => sum + hours, 0);
  const aims = drey && main ? aimsOf(drey, main) : [];
  if (failsBy(aims, { isOnAll: chosen.length === scenarios.length, without: values.without })) process.exitCode = 1;
  if (values.output === 'json') {
    const bySeed = seeds.map((seed, at) => ({ seed, scenarios: rows[at], totals: totals[at]?.by }));
    console.log(JSON.stringify({ seeds: bySeed, totals: total.by, lateHoursUnavoidable, aims }, undefined, 2));
    return;
  }
  const names = among.map(({ name }) => name);
  const note = `Of the hours late, ${lateHoursUnavoidable.toFixed(1)} could be avoided by no parallelism.`;
  const shown = seeds.length === 1 ? (rows[0] ?? []) : totals;
  console.log([...tableOf(shown, total, names), '', note, ...aimLines(aims)].join('\n'));
}

if (values.trace) {
  for (const scenario of stories[0] ?? []) {
    for (const contender of contenders()) {
      console.log(`${scenario.name}, ${contender.name}: ${scenario.about}`);
      console.log(followLines(run(scenario, contender)).join('\n'));
    }
  }
} else show();
