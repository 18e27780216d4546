/** The stack that `npm run up` started, as the benchmarks use it. To import this module is to need it. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { createDreyClient } from '../../clients/drey/client.ts';
import { connectFlink } from '../../clients/flink/connect.ts';
import type { FlinkClient } from '../../clients/flink/client.ts';
import { proxyTransport } from '../../clients/flink/transport.ts';
import { connectKubernetes } from '../../clients/kubernetes/connect.ts';
import { hasEnded, type OperationRecord } from '../../core/operation.ts';
import type { FlinkJobInput } from '../../core/schema/flink-job.ts';
import { accessFiles, readToken } from '../../deploy/dev/drey-access.ts';
import { rememberedCluster, ensureCluster } from '../../deploy/dev/cluster.ts';
import { nodeIdentity } from '../../deploy/dev/cluster-node.ts';
import { prepareImages } from '../../deploy/dev/flink-images.ts';
import { volumeFolder } from '../../deploy/dev/kubernetes/volumes.ts';
import { stackPaths } from '../../deploy/dev/paths.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { namespace, tenant } from '../support/e2e-job.ts';

const paths = stackPaths('dev');
const choice = rememberedCluster(paths);
if (!choice) throw new Error('no stack here: run `npm run up` first');
const quiet = () => undefined;
const cluster = await ensureCluster(paths, choice, quiet);
const config = z.object({ server: z.string() }).parse(JSON.parse(readFileSync(accessFiles(paths).cliConfig, 'utf8')));

/** The image of jobs that name none. */
export const defaultImage = (await prepareImages(paths, choice, ['2.3'], quiet)).references['2.3'] ?? '';
export const kubernetes = connectKubernetes({ kubeconfig: cluster.kubeconfig });
export const drey = createDreyClient({ server: config.server, token: readToken(paths), requestTimeoutMs: 60_000 });

/** The folder on this machine where a ledger job of this name has its files. */
export function ledgerFolder(name: string): string {
  return join(volumeFolder(nodeIdentity(paths), { namespace, name: 'flink-state' }), 'ledger', name);
}

export function flinkOf(service: string): FlinkClient {
  return connectFlink(proxyTransport(kubernetes, { namespace, service }));
}

export function kubectl(args: readonly string[], input: string): string {
  const result = spawnSync('kubectl', ['--kubeconfig', cluster.kubeconfig, ...args], { input, encoding: 'utf8' });
  if (result.status !== 0) throw new Error(result.stderr);
  return result.stdout;
}

/** Waits for an operation's end. */
export async function end(name: string, number: number): Promise<OperationRecord> {
  const look = async () => {
    const operation = await drey.getOperation({ tenant, name }, number);
    return hasEnded(operation) && operation;
  };
  return waitUntil(look, { what: 'the operation to end', timeoutMs: 300_000, stepMs: 100 });
}

/** Applies a spec and waits. @throws when it does not succeed. */
export async function applied(spec: FlinkJobInput): Promise<OperationRecord> {
  const { name } = spec.metadata;
  const { operation } = await drey.applyJob({ tenant, name }, spec);
  if (!operation) throw new Error('the spec made no operation');
  const record = await end(name, operation.number);
  if (record.state !== 'succeeded') throw new Error(`operation ${record.number}: ${record.failure?.message}`);
  return record;
}

/** Removes a job and waits. */
export async function removed(name: string): Promise<void> {
  const { operation } = await drey.removeJob({ tenant, name });
  if (operation) await end(name, operation.number);
}
