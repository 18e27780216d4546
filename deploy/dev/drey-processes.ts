/** Drey's own processes beside the cluster: started detached, restarted when their code or settings changed. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { buildIdOf } from '../../workers/workflow-bundle.ts';
import { buildOf, type DreyProcess } from './builds.ts';
import { inheritedEnv } from './inherited-env.ts';
import { repositoryRoot, type StackPaths } from './paths.ts';
import { bundleProcess } from './process-bundle.ts';
import { livingProcess, startDetached, stopRecorded, type ProcessRecord } from './process.ts';
import type { ReportLine } from './progress.ts';

/** Time for a worker or agent to end the activities that it has begun. */
const graceMs = 15_000;

const startShape = z.object({ fingerprint: z.string(), env: z.record(z.string(), z.string()) });

/** What a process was started with: its settings, and a digest of these and of its sources. */
type Start = z.infer<typeof startShape>;

/**
 * Sees to it that the process runs with these settings and the sources as they are. A worker whose workflows changed
 * is started beside the old one, which ends by itself when nothing is pinned to its build any more.
 */
export async function ensureDreyProcess(
  paths: StackPaths,
  kind: DreyProcess,
  env: Readonly<Record<string, string>>,
  report: ReportLine,
): Promise<ProcessRecord> {
  const name = processName(kind);
  const fingerprint = createHash('sha256').update(buildOf(kind)).update(JSON.stringify(env)).digest('hex');
  const running = livingProcess(paths.runDir, name);
  if (running && startOf(paths, name)?.fingerprint === fingerprint) return running;
  if (running) report('its code or settings changed: restarting');
  await stopRecorded(paths.runDir, name, graceMs);
  if (kind === 'worker') settleOldWorkers(paths, report);
  return launch(paths, kind, { fingerprint, env });
}

/**
 * Starts a process again, with the settings that it was last started with, unless it runs. For tests that kill it.
 * @param besides what is set for this time alone.
 */
export async function restartDreyProcess(
  paths: StackPaths,
  kind: DreyProcess,
  besides: Readonly<Record<string, string>> = {},
): Promise<ProcessRecord> {
  const name = processName(kind);
  const start = startOf(paths, name);
  if (!start) throw new Error(`${name} was never started here`);
  return livingProcess(paths.runDir, name) ?? launch(paths, kind, start, besides);
}

/** The record's name of a process; a worker's holds its build. */
export function processName(kind: DreyProcess): string {
  return kind === 'worker' ? `worker-${buildIdOf()}` : kind;
}

async function launch(
  paths: StackPaths,
  kind: DreyProcess,
  start: Start,
  besides: Readonly<Record<string, string>> = {},
): Promise<ProcessRecord> {
  const name = processName(kind);
  mkdirSync(paths.runDir, { recursive: true });
  // The settings hold the database's password.
  writeFileSync(startFile(paths, name), JSON.stringify(start), { mode: 0o600 });
  return startDetached({
    name,
    dir: paths.runDir,
    logFile: join(paths.logDir, `${name}.log`),
    command: process.execPath,
    args: ['--enable-source-maps', await bundleProcess(paths.cacheDir, kind)],
    cwd: repositoryRoot,
    env: { ...inheritedEnv(), ...start.env, ...besides },
  });
}

/** Ends all of Drey's processes, workers of old builds and what tests have started beside them included. */
export async function stopDreyProcesses(paths: StackPaths): Promise<void> {
  const names = recordedNames(paths).filter((name) => /^(?:api|agent|worker)(?:-|$)/.test(name));
  await Promise.all(names.map((name) => stopRecorded(paths.runDir, name, graceMs)));
  for (const name of names) rmSync(startFile(paths, name), { force: true });
}

/** Says which old builds still run, and forgets those that have ended. */
function settleOldWorkers(paths: StackPaths, report: ReportLine): void {
  for (const name of recordedNames(paths).filter((each) => each.startsWith('worker-'))) {
    if (livingProcess(paths.runDir, name)) report(`${name} stays until nothing is pinned to it`);
    else for (const file of [`${name}.json`, `${name}.start`]) rmSync(join(paths.runDir, file), { force: true });
  }
}

function recordedNames(paths: StackPaths): string[] {
  if (!existsSync(paths.runDir)) return [];
  const records = readdirSync(paths.runDir).filter((file) => file.endsWith('.json'));
  return records.map((file) => file.slice(0, -'.json'.length));
}

function startOf(paths: StackPaths, name: string): Start | undefined {
  try {
    return startShape.parse(JSON.parse(readFileSync(startFile(paths, name), 'utf8')));
  } catch {
    return undefined;
  }
}

function startFile(paths: StackPaths, name: string): string {
  return join(paths.runDir, `${name}.start`);
}
