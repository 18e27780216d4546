/** `npm test`: starts the real parts that the chosen tests need, runs jest, ends the parts, and says the counts last. */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { takeLock } from './lock.ts';
import { repositoryRoot, stackPaths, testInstance } from './paths.ts';
import { runCommand } from './process.ts';
import { describeFailures, Progress, reasonOf, StepFailed } from './progress.ts';
import { filesOf, stacksFor, takeCounts, type Lane, type LanesOfStack } from './test-lanes.ts';
import { partsNeeded } from './test-needs.ts';
import { startTestStack, stopTestStack } from './test-stack.ts';

const { logDir } = stackPaths(testInstance);
const jest = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  join(repositoryRoot, 'node_modules', 'jest', 'bin', 'jest.js'),
];

type Variables = Readonly<Record<string, string>>;

/** An interrupted run still ends what it started: jest is told to stop, and the rest follows from that. */
const running = new Set<{ kill(signal: NodeJS.Signals): boolean }>();
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    interrupted = true;
    for (const child of running) child.kill(signal);
  });

async function main(args: readonly string[]): Promise<number> {
  // A test must never reach a database of the reader's.
  delete process.env['DATABASE_URL'];
  const listed = await runCommand(process.execPath, [...jest, '--listTests', ...args], { cwd: repositoryRoot });
  const files = listed.split('\n').filter((line) => line.startsWith(repositoryRoot));
  mkdirSync(logDir, { recursive: true });
  const stacks = stacksFor(files);
  if (stacks.length === 0) throw new Error(`no test file matches ${args.join(' ')}`);
  const lanes = stacks.flatMap((stack) => stack.lanes);
  // Tests of pure code need nothing and may run beside any other run.
  const status = partsNeeded(files).size === 0 ? await runLanes(args, {}, lanes) : await runStacks(args, files, stacks);
  console.log(takeCounts(lanes.map(countsFile)));
  return status;
}

/** The worst exit code. A stack starts when the one before has built what both take. */
async function runStacks(
  args: readonly string[],
  files: readonly string[],
  [stack, ...others]: readonly LanesOfStack[],
): Promise<number> {
  if (!stack) return 0;
  if (interrupted) return 130;
  const paths = stackPaths(testInstance + stack.suffix);
  const release = takeLock(paths.stateDir, 'npm test');
  const logFile = join(paths.logDir, 'test.log');
  const progress = new Progress(logFile);
  try {
    const parts = partsNeeded(stack.lanes.flatMap((lane) => filesOf(lane, files)));
    const env = await startTestStack(progress, paths, parts);
    if (interrupted) return 130;
    // What strikes a process or a pod finds it by the instance.
    const variables = { ...env, DREY_TEST_INSTANCE: paths.instance };
    const own = runLanes(['--maxWorkers=1', ...args], variables, stack.lanes);
    const after = runStacks(args, files, others).catch(explain);
    return Math.max(await own, await after);
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    console.error(`\n${describeFailures(progress.failures, logFile)}`);
    return 1;
  } finally {
    await stopTestStack(paths);
    release();
  }
}

function explain(error: unknown): number {
  console.error(reasonOf(error));
  return 1;
}

/** The worst of the lanes' exit codes. */
async function runLanes(args: readonly string[], env: Variables, lanes: readonly Lane[]): Promise<number> {
  return Math.max(...(await Promise.all(lanes.map((lane) => runJest(args, env, lane)))));
}

function runJest(args: readonly string[], env: Variables, lane: Lane): Promise<number> {
  const child = spawn(process.execPath, [...jest, ...args, `--testPathIgnorePatterns=${lane.not}`], {
    cwd: repositoryRoot,
    stdio: 'inherit',
    env: { ...process.env, ...env, DREY_TEST_COUNTS: countsFile(lane) },
  });
  if (child.pid !== undefined && lane.niceness !== undefined) setPriority(child.pid, lane.niceness);
  running.add(child);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      running.delete(child);
      resolve(code ?? 1);
    });
  });
}

function countsFile({ name }: Lane): string {
  return join(logDir, `counts-${process.pid}-${name}`);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(reasonOf(error));
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
}
