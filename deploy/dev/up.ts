/** `npm run up`: brings up everything that Drey needs, Drey itself and an example job; repairs what an earlier run left. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { flinkVersions } from '../../core/schema/flink-job.ts';
import { startDrey, type DreyServer } from './drey.ts';
import { exampleFile, exampleJob, linkExample, runExample } from './example.ts';
import { rememberLines } from './flink-images.ts';
import { takeLock } from './lock.ts';
import { stackPaths } from './paths.ts';
import { usualPorts } from './ports.ts';
import { describeFailures, Progress, reasonOf, StepFailed } from './progress.ts';
import { startStack, type Stack } from './stack.ts';

const usage = `npm run up -- [--context NAME] [--flink 2.3,1.20] [--no-example]

  --context NAME   use your own Kubernetes cluster: a context of your kubeconfig
  --flink LIST     Flink versions to have images of, beside 2.3 and those of earlier runs
  --no-example     do not apply ${exampleFile}`;

const paths = stackPaths('dev');
const logFile = join(paths.logDir, 'up.log');

interface Links {
  readonly drey: DreyServer;
  readonly stack: Stack;
  readonly flinkUi: string | undefined;
}

async function main(): Promise<number> {
  const flags = readFlags();
  if (flags.help) {
    console.log(usage);
    return 0;
  }
  const release = takeLock(paths.stateDir, 'npm run up');
  process.once('SIGINT', () => stopAtOnce(release));
  process.once('SIGTERM', () => stopAtOnce(release));
  const startedAt = performance.now();
  const progress = new Progress(logFile);
  try {
    const links = await bringUp(progress, flags);
    console.log(`\nUp in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.\n\n${describe(links)}`);
    return 0;
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    console.error(`\n${describeFailures(progress.failures, logFile)}`);
    return 1;
  } finally {
    release();
  }
}

async function bringUp(progress: Progress, flags: Flags): Promise<Links> {
  const stack = await startStack(progress, {
    paths,
    context: flags.context,
    flinkLines: rememberLines(paths, flags.flink),
    ports: usualPorts,
  });
  const drey = await startDrey(progress, paths, stack, usualPorts.api);
  if (!flags.example) return { drey, stack, flinkUi: undefined };
  const cure = `./cli/drey describe job ${exampleJob().name} says more; then \`npm run up\` again`;
  await progress.run({ name: `Job ${exampleJob().name}`, cure }, (report) => runExample(drey, stack.cluster, report));
  return { drey, stack, flinkUi: await linkExample(paths, stack) };
}

interface Flags {
  readonly context: string | undefined;
  readonly flink: readonly string[];
  readonly example: boolean;
  readonly help: boolean;
}

function readFlags(): Flags {
  const { values } = parseArgs({
    options: {
      context: { type: 'string' },
      flink: { type: 'string', default: '' },
      'no-example': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const flink = values.flink.split(',').flatMap((version) => version.trim() || []);
  const unknown = flink.filter((version) => !flinkVersions.some((known) => known === version));
  if (unknown.length > 0) throw new Error(`no Flink ${unknown.join(', ')}: choose from ${flinkVersions.join(', ')}`);
  return { context: values.context, flink, example: !values['no-example'], help: values.help };
}

function describe({ drey, stack, flinkUi }: Links): string {
  const links = [
    ['Drey API', drey.url],
    ['Temporal UI', stack.temporal.uiUrl],
    ...(flinkUi === undefined ? [] : [['Flink UI of the job', flinkUi]]),
    ['Kubernetes', `KUBECONFIG=${stack.cluster.kubeconfig}`],
  ];
  return `${columns(links, 20)}\n\nTry next:\n${columns(nextCommands(flinkUi !== undefined), 50)}\n\nEnd it all: npm run down`;
}

function nextCommands(hasExample: boolean): string[][] {
  const { name } = exampleJob();
  if (!hasExample)
    return [
      [`./cli/drey apply -f ${exampleFile} --wait`, 'run the example'],
      ['./cli/drey get clusters', 'where jobs can run'],
      ['./cli/drey get jobs', 'what runs, and where'],
    ];
  return [
    ['./cli/drey get jobs', 'what runs, and where'],
    [`./cli/drey describe job ${name}`, 'its state, its last operation and what happened'],
    [`./cli/drey logs job ${name} -f`, 'what its JobManager says'],
  ];
}

function columns(rows: readonly (readonly string[])[], width: number): string {
  return rows.map(([left = '', right = '']) => `  ${left.padEnd(width)}  ${right}`).join('\n');
}

/** What was started so far stays: the next run finds it. */
function stopAtOnce(release: () => void): never {
  release();
  console.error('\nInterrupted. `npm run up` goes on from here; `npm run down` ends what was started.');
  process.exit(130);
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(reasonOf(error));
  process.exitCode = 1;
}
