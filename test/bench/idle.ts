/**
 * `npm run bench:idle -- [--minutes 10] [--jobs 20] [--autoscaled 10] [--fleet 1000,10000] [-o json] [--address A] [--no-relist]`, beside a
 * stack that `npm run up` started: what Temporal bills for jobs that only run, and by how much histories grow, against their number.
 * Each number of jobs has a window of so many minutes; the agent lists everything anew in the middle of it.
 */
import { parseArgs } from 'node:util';
import { e2eJob, tenant } from '../support/e2e-job.ts';
import { autoscaledJob, judgedToStay } from './autoscaled-jobs.ts';
import { withFleet, type BenchFleet } from './bench-fleet.ts';
import { idleReport, idleText } from './idle-report.ts';
import { measureIdle, settled, type IdleWindow } from './idle-window.ts';
import { autoscaledOf, jobsThatFit, modest } from './modest-jobs.ts';
import { numberSaid, numbersSaid } from './numbers-said.ts';
import { several } from './several.ts';
import { stackParts } from './stack-parts.ts';
import { benchStack, operationEnd } from './support.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    jobs: { type: 'string' },
    autoscaled: { type: 'string' },
    fleet: { type: 'string', default: '1000' },
    output: { type: 'string', short: 'o', default: 'text' },
    address: { type: 'string' },
    'no-relist': { type: 'boolean', default: false },
  },
});

const realJobs = values.jobs === undefined ? jobsThatFit(1, 3 * 2 ** 30) : numberSaid('jobs', values.jobs);
const autoscaled = autoscaledOf(realJobs, values.autoscaled);
const fleetSizes = numbersSaid('fleet', values.fleet)
  .filter((size) => size > 0)
  .toSorted((one, other) => one - other);
const durationMs = numberSaid('minutes', values.minutes, false) * 60_000;
const settleMs = 30 * 60_000;
const say = (line: string) => process.stderr.write(`${line}\n`);

const stack = await benchStack(['2.3']);
const parts = stackParts();
const windows: IdleWindow[] = [];

async function measured(what: string): Promise<void> {
  say(`${what}: waiting for all to be at rest`);
  if (!(await settled(parts, settleMs))) say(`${what}: it is not at rest, and is measured nevertheless`);
  say(`${what}: measuring for ${values.minutes} minutes`);
  const window = await measureIdle(parts, { what, durationMs, relists: !values['no-relist'] });
  windows.push(window);
  say(`${what}: ${window.jobs} jobs, ${window.actions} actions, ${window.events} events`);
}

const made: string[] = [];

/** One after the other: so many JVMs at once would take longer. Those with an autoscaler come first: it waits for some minutes of each. */
async function deployed(): Promise<void> {
  for (let number = 1; number <= realJobs; number += 1) {
    const name = `bench-idle-${number}`;
    made.push(name);
    const spec = number <= autoscaled ? autoscaledJob(name) : e2eJob(name, { spec: modest });
    const { operation } = await stack.drey.applyJob({ tenant, name }, spec);
    if (!operation) continue;
    const record = await operationEnd(stack, { tenant, name }, operation.number);
    if (record.state !== 'succeeded') throw new Error(`${name}: ${record.failure?.message}`);
    say(`${name} runs`);
  }
}

async function judged(): Promise<void> {
  await several(made.slice(0, autoscaled), 4, async (name) => {
    const { reasons } = await judgedToStay(stack, name);
    say(`${name} is judged: ${reasons[0]?.text}`);
  });
}

async function removed(): Promise<void> {
  await several(made, 4, async (name) => {
    const { operation } = await stack.drey.removeJob({ tenant, name });
    if (operation) await operationEnd(stack, { tenant, name }, operation.number);
  });
}

async function realWindow(): Promise<void> {
  try {
    await deployed();
    await judged();
    await measured(`${realJobs} real jobs more, ${autoscaled} of them with an active autoscaler`);
  } finally {
    await removed();
  }
}

async function fleetWindows({ maker }: BenchFleet): Promise<void> {
  for (const size of fleetSizes) {
    await maker.growTo(size);
    await measured(`${size} played jobs more`);
  }
}

try {
  await measured('what runs anyway');
  if (realJobs > 0) await realWindow();
  const wish = { policy: 'never', address: values.address, say } as const;
  if (fleetSizes.length > 0) await withFleet(stack, parts, wish, fleetWindows);
  const report = idleReport(windows);
  console.log(values.output === 'json' ? JSON.stringify(report) : idleText(report));
} finally {
  await parts.close();
  stack.kubernetes.close();
}
