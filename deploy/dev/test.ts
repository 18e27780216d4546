/** `npm test`: starts the real parts that the chosen tests need, runs jest, ends the parts, and says the counts last. */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { takeLock } from './lock.ts';
import { repositoryRoot, stackPaths, testInstance } from './paths.ts';
import { runCommand } from './process.ts';
import { describeFailures, Progress, reasonOf, StepFailed } from './progress.ts';
import { leftOut } from './test-draw.ts';
import { endTestFolder, makeOwnFolder, testFolderVariable } from './test-folder.ts';
import { lanesOf, takeCounts, type Lane } from './test-lanes.ts';
import { partsNeeded, type Part } from './test-needs.ts';
import { startTestStack, stopTestStack } from './test-stack.ts';
import { isOnProduct } from './test-suites.ts';

const paths = stackPaths(testInstance);
const logFile = join(paths.logDir, 'test.log');
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

async function main(given: readonly string[]): Promise<number> {
  // A test must never reach a database of the reader's.
  delete process.env['DATABASE_URL'];
  const listed = await runCommand(process.execPath, [...jest, '--listTests', ...given], { cwd: repositoryRoot });
  const found = listed.split('\n').filter((line) => line.startsWith(repositoryRoot));
  const skipped = given.length === 0 ? draw(found) : [];
  const files = found.filter((file) => !skipped.includes(file));
  const args = [...given, ...skipped.map((file) => `--testPathIgnorePatterns=${file}$`)];
  const parts = partsNeeded(files);
  mkdirSync(paths.logDir, { recursive: true });
  const lanes = lanesOf(files);
  // Tests of pure code need nothing and may run beside any other run.
  const status = parts.size === 0 ? await runLanes(args, {}, lanes) : await runWithParts(args, parts, lanes);
  console.log(takeCounts(lanes.map(countsFile)));
  return status;
}

/** Says which suites on the whole product have their turn, and gives the others. */
function draw(files: readonly string[]): readonly string[] {
  // The tests in them draw by the same one.
  const seed = Number((process.env['DREY_TEST_SEED'] ??= String(Date.now() % 1_000_000)));
  const others = leftOut(files, seed);
  const drawn = files.filter((file) => isOnProduct(file) && !others.includes(file));
  const names = drawn.map((file) => basename(file, '.test.ts')).toSorted();
  console.log(`on the whole product, by seed ${seed}: ${names.join(', ')}`);
  console.log(`${others.length} other suites wait for their turn; all of them: npm test -- test/e2e`);
  return others;
}

async function runWithParts(
  args: readonly string[],
  parts: ReadonlySet<Part>,
  lanes: readonly Lane[],
): Promise<number> {
  const release = takeLock(paths.stateDir, 'npm test');
  const progress = new Progress(logFile);
  try {
    const env = await startTestStack(progress, paths, parts);
    if (interrupted) return 130;
    return await runLanes(['--maxWorkers=1', ...args], env, lanes);
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    console.error(`\n${describeFailures(progress.failures, logFile)}`);
    return 1;
  } finally {
    await stopTestStack(paths);
    release();
  }
}

/** The worst of the lanes' exit codes. What their tests started and could not end themselves is ended then. */
async function runLanes(args: readonly string[], env: Variables, lanes: readonly Lane[]): Promise<number> {
  const folder = makeOwnFolder('tests');
  const own = { ...env, [testFolderVariable]: folder };
  try {
    return Math.max(...(await Promise.all(lanes.map((lane) => runJest(args, own, lane)))));
  } finally {
    const ended = await endTestFolder(folder);
    if (ended.length > 0) console.error(`ended what tests had left: ${ended.join(', ')}`);
  }
}

function runJest(args: readonly string[], env: Variables, lane: Lane): Promise<number> {
  const chosen = lane.not === undefined ? args : [...args, `--testPathIgnorePatterns=${lane.not}`];
  const child = spawn(process.execPath, [...jest, ...chosen], {
    cwd: repositoryRoot,
    stdio: 'inherit',
    env: { ...process.env, ...env, DREY_TEST_COUNTS: countsFile(lane) },
  });
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
  return join(paths.logDir, `counts-${process.pid}-${name}`);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(reasonOf(error));
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
}
