/** Builds the ledger job of `examples/ledger-job`: in every image, for what proves that upgrades lose nothing. */
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../paths.ts';
import { runCommand } from '../process.ts';
import { ensureCommand, keyOf, madeOnce, type Progress } from './tools.ts';

const project = join(repositoryRoot, 'examples/ledger-job');
const packageFolder = 'src/main/java/dev/drey/ledger';

/** The command that verifies a result with the jar beside it. */
export const ledgerScript = join(project, 'ledger');

export interface LedgerJobWish {
  readonly cacheDir: string;
  readonly progress: Progress;
}

/** Everything that decides the jar. */
export function ledgerSources(): readonly string[] {
  const folder = join(project, packageFolder);
  const sources = readdirSync(folder).toSorted();
  return [join(project, 'pom.xml'), ...sources.map((name) => join(folder, name))];
}

/**
 * The path of `ledger-job.jar`, built if the cache does not have it.
 * @throws when there is no Maven or Java compiler and none can be installed.
 */
export async function buildLedgerJob({ cacheDir, progress }: LedgerJobWish): Promise<string> {
  const jar = join(cacheDir, `ledger-job-${keyOf([], ledgerSources())}`, 'ledger-job.jar');
  if (existsSync(jar)) return jar;
  await ensureCommand('mvn', 'maven', progress);
  await ensureCommand('javac', 'openjdk-17-jdk-headless', progress);
  await madeOnce(join(jar, '..'), async (work) => {
    progress('building the ledger job');
    // In a copy: a build must not write into the folder that people edit, nor read what theirs has left there.
    const copy = join(work, 'project');
    cpSync(join(project, packageFolder), join(copy, packageFolder), { recursive: true });
    copyFileSync(join(project, 'pom.xml'), join(copy, 'pom.xml'));
    await runCommand('mvn', ['-q', '-B', 'package'], { cwd: copy, timeoutMs: 600_000 });
    const result = join(work, 'result');
    mkdirSync(result);
    copyFileSync(join(copy, 'target/ledger-job.jar'), join(result, 'ledger-job.jar'));
    return result;
  });
  return jar;
}
