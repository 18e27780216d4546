/** A link to a job's Flink UI on the loopback address: a small forwarder process to the job's stable Service. */
import { join } from 'node:path';
import type { DevCluster } from './cluster.ts';
import { loopback, repositoryRoot, type StackPaths } from './paths.ts';
import { claimPorts, rememberedPorts } from './ports.ts';
import { livingProcess, startDetached, stopRecorded } from './process.ts';

const processName = 'flink-ui';

export interface ForwardTarget {
  readonly namespace: string;
  readonly service: string;
}

/** Starts the forwarder unless it runs, and gives the link. */
export async function ensureFlinkUi(
  paths: StackPaths,
  cluster: DevCluster,
  target: ForwardTarget,
  usualPort: number,
): Promise<string> {
  if (!livingProcess(paths.runDir, processName)) {
    const { flinkUi } = await claimPorts(paths.stateDir, { flinkUi: usualPort });
    const settings = {
      ...target,
      kubeconfig: cluster.kubeconfig,
      reachesServices: cluster.reachesServices,
      port: flinkUi,
    };
    await startDetached({
      name: processName,
      dir: paths.runDir,
      logFile: join(paths.logDir, `${processName}.log`),
      command: process.execPath,
      args: ['--import', 'tsx', 'deploy/dev/flink-ui-main.ts', JSON.stringify(settings)],
      cwd: repositoryRoot,
    });
  }
  return `http://${loopback}:${rememberedPorts(paths.stateDir)['flinkUi'] ?? 0}`;
}

export async function stopFlinkUi(paths: StackPaths): Promise<void> {
  await stopRecorded(paths.runDir, processName, 2000);
}
