/**
 * `npm run bench:recovery -- [--runs 5] [--case taskManager]... [-o json]`, beside a stack that `npm run up` started: how long it takes
 * from a kill (of a TaskManager, of a JobManager with and without high availability) or a failure of the job until its workflow
 * is told, and until all its tasks run again, against the floor: what Flink does by itself, or the same steps by a script. Runs
 * alternate, and medians are printed.
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { numberSaid } from './numbers-said.ts';
import { recoveryCases, type RecoveryCase } from './recovery-cases.ts';
import { recoveryMedians, recoveryText, type RecoverySample, type RecoverySamples } from './recovery-report.ts';
import { DreySide, FloorSide } from './recovery-sides.ts';
import { stackParts } from './stack-parts.ts';
import { benchStack, calm, seconds } from './support.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    case: { type: 'string', multiple: true },
    output: { type: 'string', short: 'o', default: 'text' },
  },
});
const runs = numberSaid('runs', values.runs);
const cases = z.array(z.enum(recoveryCases)).parse(values.case ?? recoveryCases);
const stack = await benchStack(['2.3']);
const parts = stackParts();
const say = (line: string) => process.stderr.write(`${line}\n`);

async function measured(broken: RecoveryCase): Promise<RecoverySamples> {
  const drey = new DreySide(stack, parts.temporal.client, broken);
  const floor = new FloorSide(stack, broken);
  const samples: Record<'drey' | 'floor', RecoverySample[]> = { drey: [], floor: [] };
  try {
    await floor.start();
    await drey.start();
    for (let run = 1; run <= runs; run += 1)
      for (const [name, side] of Object.entries({ floor, drey })) {
        await calm();
        const sample = await side.run();
        samples[name as keyof typeof samples].push(sample);
        say(`${broken} run ${run} ${name.padEnd(5)} ${described(sample)} load ${loadavg()[0]?.toFixed(1)}`);
      }
  } finally {
    await Promise.allSettled([drey.end(), floor.end()]);
  }
  return { broken, ...samples };
}

function described({ firstSignalMs, runningMs }: RecoverySample): string {
  const signal = firstSignalMs === undefined ? '' : `first signal ${seconds(firstSignalMs)}, `;
  return `${signal}all tasks run after ${seconds(runningMs)}`;
}

try {
  const samples: RecoverySamples[] = [];
  for (const broken of cases) samples.push(await measured(broken));
  const medians = samples.map(recoveryMedians);
  console.log(values.output === 'json' ? JSON.stringify({ runs, medians, samples }) : recoveryText(medians));
} finally {
  await parts.close();
  stack.kubernetes.close();
}
