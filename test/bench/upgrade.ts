/**
 * `npm run bench:upgrade -- [-o json] [--runs 5] [--jobs N] [--flink 2.3]`, beside a stack that `npm run up` started: how
 * long nothing is processed while a job is upgraded, against the floor, which is a savepoint, a submission to a Flink cluster that is
 * as warm, and the restore, by plain REST calls. Runs alternate, and medians are printed. Then many upgrades at once.
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { flinkVersions } from '../../core/schema/flink-job.ts';
import { z } from 'zod';
import { benchStack, calm, median, seconds } from './support.ts';
import { jobsThatFit } from './modest-jobs.ts';
import { numberSaid } from './numbers-said.ts';
import { upgradeMany } from './upgrade-many.ts';
import { DreySide, FloorSide, primes, type Prime, type Sample, type Side } from './upgrade-sides.ts';

const { values } = parseArgs({
  options: {
    output: { type: 'string', short: 'o', default: 'text' },
    runs: { type: 'string', default: '5' },
    jobs: { type: 'string' },
    flink: { type: 'string', default: '2.3' },
  },
});
const runs = numberSaid('runs', values.runs);
const version = z.enum(flinkVersions).parse(values.flink);
const stack = await benchStack([version]);
const sides = {
  drey: new DreySide(stack, 'bench-upgrade', version),
  floor: new FloorSide(stack, 'bench-floor', version),
};
type SideName = keyof typeof sides;
const samples: { readonly side: SideName; readonly prime: Prime; readonly sample: Sample }[] = [];
const say = (line: string) => process.stderr.write(`${line}\n`);

async function measureAll(): Promise<void> {
  const entries: [SideName, Side][] = [
    ['floor', sides.floor],
    ['drey', sides.drey],
  ];
  for (const [, side] of entries) await side.start();
  for (let run = 0; run < runs; run += 1)
    for (const prime of primes)
      for (const [side, measured] of entries) {
        await calm();
        const sample = await measured.upgrade(prime);
        samples.push({ side, prime, sample });
        say(
          `run ${run + 1} ${prime.padEnd(8)} ${side.padEnd(6)} ${described(sample)} load ${loadavg()[0]?.toFixed(1)}`,
        );
      }
  for (const [, side] of entries) await side.end();
}

function described({ recordGapMs, flinkMs, pauseMs, phases }: Sample): string {
  const steps = Object.entries(phases).map(([name, ms]) => `${name} ${seconds(ms)}`);
  return [`records ${seconds(recordGapMs)}`, `Flink ${seconds(flinkMs)}`, `pause ${seconds(pauseMs)}`, ...steps].join(
    ', ',
  );
}

/** The sample in which every figure is the median of all, or the least. */
function summary(side: SideName, prime: Prime, pick: (numbers: readonly number[]) => number): Sample {
  const all = samples.filter((one) => one.side === side && one.prime === prime).map(({ sample }) => sample);
  const of = (figure: (sample: Sample) => number) => pick(all.map(figure));
  const names = Object.keys(all[0]?.phases ?? {});
  return {
    recordGapMs: of((sample) => sample.recordGapMs),
    flinkMs: of((sample) => sample.flinkMs),
    pauseMs: of((sample) => sample.pauseMs),
    phases: Object.fromEntries(names.map((name) => [name, of(({ phases }) => phases[name] ?? Number.NaN)])),
  };
}

await measureAll();
const both = (pick: (numbers: readonly number[]) => number) =>
  primes.map((prime) => ({ prime, drey: summary('drey', prime, pick), floor: summary('floor', prime, pick) }));
const result = { medians: both(median), least: both((numbers) => Math.min(...numbers)) };
/** An upgrade has two Flink clusters. */
const fitting = jobsThatFit(2, 2 * 2 ** 30);
const jobs = values.jobs === undefined ? fitting : numberSaid('jobs', values.jobs);
const many = jobs > 0 ? await upgradeMany(stack, jobs, version) : undefined;
if (values.output === 'json') console.log(JSON.stringify({ runs, version, ...result, samples, many }));
else {
  for (const [name, figures] of Object.entries(result)) {
    console.log(`${name} of ${runs}`);
    for (const { prime, drey, floor } of figures) {
      console.log(`prime: ${prime}\n  drey   ${described(drey)}\n  floor  ${described(floor)}`);
      console.log(`  above the floor: ${seconds(drey.recordGapMs - floor.recordGapMs)} between records`);
    }
  }
  if (many) console.log(many.text);
}
stack.kubernetes.close();
