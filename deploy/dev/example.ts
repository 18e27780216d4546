/** The example job: applied through the CLI as a reader would, and awaited until it runs with a completed checkpoint. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { stableServiceName } from '../../core/names.ts';
import type { DevCluster } from './cluster.ts';
import type { DreyServer } from './drey.ts';
import { awaitRunningJob } from './flink-job-check.ts';
import { ensureFlinkUi } from './flink-ui.ts';
import { inheritedEnv } from './inherited-env.ts';
import { repositoryRoot, type StackPaths } from './paths.ts';
import { usualPorts } from './ports.ts';
import { runCommand } from './process.ts';
import type { ReportLine } from './progress.ts';
import type { Stack } from './stack.ts';

export const exampleFile = 'examples/state-machine.yaml';

const specShape = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({ namespace: z.string() }),
});

/** The example's name and namespace, from its file. */
export function exampleJob(): { readonly name: string; readonly namespace: string } {
  const { metadata, spec } = specShape.parse(parse(readFileSync(join(repositoryRoot, exampleFile), 'utf8')));
  return { name: metadata.name, namespace: spec.namespace };
}

/** Applies the example and waits for its operation's end: the last step of a deploy is a completed checkpoint. */
export async function runExample(drey: DreyServer, cluster: DevCluster, report: ReportLine): Promise<void> {
  await cli(drey, ['apply', '-f', exampleFile, '--wait'], report);
  await cli(drey, ['wait', 'job', exampleJob().name, '--for=running'], report);
  // Where nothing had to be changed, its pods may still be on their way back after a reboot.
  await awaitRunningJob(cluster, exampleJob(), report);
}

/** The link to the example's Flink UI. */
export async function linkExample(paths: StackPaths, stack: Stack): Promise<string> {
  const { name, namespace } = exampleJob();
  return ensureFlinkUi(paths, stack.cluster, { namespace, service: stableServiceName({ name }) }, usualPorts.flinkUi);
}

async function cli(drey: DreyServer, args: readonly string[], report: ReportLine): Promise<void> {
  await runCommand(join(repositoryRoot, 'cli', 'drey'), args, {
    cwd: repositoryRoot,
    env: { ...inheritedEnv(), DREY_CONFIG: drey.cliConfig },
    onLine: report,
    timeoutMs: 900_000,
  });
}
