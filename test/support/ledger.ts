/** The ledger job of `examples/ledger-job` from a test's side: verifies its result, and tells it how to misbehave. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { buildLedgerJob, ledgerScript } from '../../deploy/dev/flink-image/ledger-job.ts';
import { stackPaths, testInstance } from '../../deploy/dev/paths.ts';

const count = z.int().nonnegative();

const ledgerReport = z.strictObject({
  good: z.boolean(),
  final: z.boolean(),
  records: count,
  keys: count,
  missing: count,
  doubled: count,
  outOfOrder: count,
  mismatches: count,
  beyondEnd: count,
  damaged: count,
  files: count,
  recordGapMs: count,
  recordGapAtMs: count.nullable(),
  commitGapMs: count,
  commitGapAtMs: count.nullable(),
  problems: z.array(z.string()),
});

/** What `ledger verify` says of a result; `examples/ledger-job/README.md` has the meanings. */
export type LedgerReport = z.infer<typeof ledgerReport>;

export interface VerifyOptions {
  /** The job has ended by a savepoint or by itself, so its end offsets hold and a lost tail counts. */
  readonly final?: boolean;
}

/**
 * Verifies the folder that a ledger job has written, good or not.
 * @throws when it cannot be read, or `final` is asked and there are no end offsets.
 */
export async function verifyLedger(directory: string, options: VerifyOptions = {}): Promise<LedgerReport> {
  const args = ['verify', directory, '-o', 'json', ...(options.final ? ['--final'] : [])];
  const { code, stdout, stderr } = await runLedger(args);
  // The two statuses of a verification that took place.
  if (code !== 0 && code !== 1) throw new Error(`ledger ended with ${code}: ${stderr.trim()}`);
  const report = ledgerReport.parse(JSON.parse(stdout));
  if (report.good !== (code === 0)) throw new Error(`ledger ended with ${code} and says ${stdout}`);
  return report;
}

/** Runs the script with the jar that the images have, too. */
export async function runLedger(args: readonly string[]) {
  const { cacheDir } = stackPaths(testInstance);
  const jar = await buildLedgerJob({ cacheDir, progress: () => undefined });
  const child = spawn(ledgerScript, args, { env: { ...process.env, LEDGER_JAR: jar } });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: z.int().nullable().parse(code), stdout, stderr };
}

/** The files that a running job obeys. */
export const faults = [
  'rate',
  'cost-us',
  'wait-us',
  'native-mib',
  'manager-native-mib',
  'fail',
  'checkpoint-delay-ms',
  'checkpoint-fail',
  'savepoint-delay-ms',
  'savepoint-fail',
  'throw-at-start',
  'state-type',
] as const;

/** Of the fault `native-mib`: more than a TaskManager of 768Mi has beside its heap, and less than one of 1152Mi has. */
export const nativeMib = 550;

/**
 * Of the fault `manager-native-mib`: a JobManager of 512Mi that runs the ledger job uses some 310 MiB by itself, and one of 768Mi, whose heap is
 * larger, at most about 400.
 */
export const managerNativeMib = 300;

export type Fault = (typeof faults)[number];

/**
 * Puts a fault's file into the job's control directory, whole or not at all. The job obeys within 200 ms, or where it starts next. `fail` takes
 * `always`, or a word that is good for one failure, or a word and how many.
 */
export function setFault(controlDir: string, fault: Fault, value: string | number = 'on'): void {
  makeForJob(controlDir);
  const part = join(controlDir, `.${fault}.part`);
  writeFileSync(part, String(value));
  renameSync(part, join(controlDir, fault));
}

/**
 * Makes a folder and those above it that are missing, where the job, which runs as another user, may write: its result beside the control
 * directory, and in that which words it has used up.
 */
function makeForJob(folder: string): void {
  if (!existsSync(dirname(folder))) makeForJob(dirname(folder));
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o777);
}

/** Ends a fault; what the job was started with holds again. */
export function clearFault(controlDir: string, fault: Fault): void {
  rmSync(join(controlDir, fault), { force: true });
}
