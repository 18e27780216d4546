/** `npm test`: starts the real parts that the chosen tests need, runs jest, ends the parts, and says the counts last. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { takeLock } from './lock.ts';
import { repositoryRoot, stackPaths, testInstance } from './paths.ts';
import { runCommand } from './process.ts';
import { describeFailures, Progress, reasonOf, StepFailed } from './progress.ts';
import { partsNeeded, type Part } from './test-needs.ts';
import { startTestStack, stopTestStack } from './test-stack.ts';

const paths = stackPaths(testInstance);
const logFile = join(paths.logDir, 'test.log');
const countsFile = join(paths.logDir, `counts-${process.pid}`);
const jest = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  join(repositoryRoot, 'node_modules', 'jest', 'bin', 'jest.js'),
];

/** An interrupted run still ends what it started: jest is told to stop, and the rest follows from that. */
let signalTarget: { kill(signal: NodeJS.Signals): boolean } | undefined;
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    interrupted = true;
    signalTarget?.kill(signal);
  });

async function main(args: readonly string[]): Promise<number> {
  // A test must never reach a database of the reader's.
  delete process.env['DATABASE_URL'];
  const listed = await runCommand(process.execPath, [...jest, '--listTests', ...args], { cwd: repositoryRoot });
  const parts = partsNeeded(listed.split('\n').filter((line) => line.startsWith(repositoryRoot)));
  mkdirSync(paths.logDir, { recursive: true });
  // Tests of pure code need nothing and may run beside any other run.
  const status = parts.size === 0 ? await runJest(args, {}) : await runWithParts(args, parts);
  console.log(takeCounts());
  return status;
}

async function runWithParts(args: readonly string[], parts: ReadonlySet<Part>): Promise<number> {
  const release = takeLock(paths.stateDir, 'npm test');
  const progress = new Progress(logFile);
  try {
    const env = await startTestStack(progress, paths, parts);
    if (interrupted) return 130;
    return await runJest(['--maxWorkers=1', ...args], env);
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    console.error(`\n${describeFailures(progress.failures, logFile)}`);
    return 1;
  } finally {
    await stopTestStack(paths);
    release();
  }
}

function runJest(args: readonly string[], env: Readonly<Record<string, string>>): Promise<number> {
  const child = spawn(process.execPath, [...jest, ...args], {
    cwd: repositoryRoot,
    stdio: 'inherit',
    env: { ...process.env, ...env, DREY_TEST_COUNTS: countsFile },
  });
  signalTarget = child;
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

/** Jest's counts, which its reporter leaves in a file so that nothing is printed after them. */
function takeCounts(): string {
  const counts = existsSync(countsFile) ? readFileSync(countsFile, 'utf8').trim() : '0 passed, 1 failed';
  rmSync(countsFile, { force: true });
  return counts;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(reasonOf(error));
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
}
