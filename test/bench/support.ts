/** What the benchmarks share: the parts of the running stack, kubectl, and medians. They run beside `npm run up`. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, type CpuInfo } from 'node:os';
import { z } from 'zod';
import { createDreyClient, type DreyClient } from '../../clients/drey/client.ts';
import type { JobRef } from '../../clients/drey/paths.ts';
import type { FlinkClient } from '../../clients/flink/client.ts';
import { connectFlink } from '../../clients/flink/connect.ts';
import { proxyTransport } from '../../clients/flink/proxy-transport.ts';
import type { KubernetesClient } from '../../clients/kubernetes/client.ts';
import { connectKubernetes } from '../../clients/kubernetes/connect.ts';
import { hasEnded, type OperationRecord } from '../../core/operation.ts';
import { ensureCluster, rememberedCluster } from '../../deploy/dev/cluster.ts';
import { nodeIdentity } from '../../deploy/dev/cluster-node.ts';
import { accessFiles, readToken } from '../../deploy/dev/drey-access.ts';
import { prepareImages, type FlinkImages } from '../../deploy/dev/flink-images.ts';
import { volumeFolder } from '../../deploy/dev/kubernetes/volumes.ts';
import { stackPaths } from '../../deploy/dev/paths.ts';
import { pause, waitUntil } from '../../deploy/dev/process.ts';
import { namespace } from '../support/e2e-job.ts';

export interface BenchStack {
  readonly kubernetes: KubernetesClient;
  readonly drey: DreyClient;
  readonly images: FlinkImages;
  /** The folder on this machine that is the jobs' volume `flink-state`. */
  readonly stateVolume: string;
  /** @throws what kubectl says when it fails. */
  kubectl(args: readonly string[], input?: unknown): string;
  /** Flink behind a Service, asked as the agent of the stack asks it. */
  flinkOf(service: string): FlinkClient;
  /** Any page of Flink, as JSON. */
  flinkPage(service: string, path: string): Promise<unknown>;
}

const quiet = () => undefined;

/** The stack that `npm run up` started; the caller closes `kubernetes`. @throws where there is none. */
export async function benchStack(flinkLines: readonly string[]): Promise<BenchStack> {
  const paths = stackPaths('dev');
  const choice = rememberedCluster(paths);
  if (!choice) throw new Error('no stack here: run `npm run up` first');
  const { kubeconfig } = await ensureCluster(paths, choice, quiet);
  const kubernetes = connectKubernetes({ kubeconfig });
  const config = z.object({ server: z.string() }).parse(JSON.parse(readFileSync(accessFiles(paths).cliConfig, 'utf8')));
  const transportTo = (service: string) => proxyTransport(kubernetes, { namespace, service });
  return {
    kubernetes,
    drey: createDreyClient({ server: config.server, token: readToken(paths), requestTimeoutMs: 60_000 }),
    images: await prepareImages(paths, choice, flinkLines, quiet),
    stateVolume: volumeFolder(nodeIdentity(paths), { namespace, name: 'flink-state' }),
    kubectl: (args, input) => kubectl(kubeconfig, args, input),
    flinkOf: (service) => connectFlink(transportTo(service)),
    flinkPage: async (service, path) =>
      JSON.parse((await transportTo(service).send({ method: 'GET', path, timeoutMs: 10_000 })).body),
  };
}

function kubectl(kubeconfig: string, args: readonly string[], input: unknown): string {
  const stdin = input === undefined ? '' : JSON.stringify(input);
  const result = spawnSync('kubectl', ['--kubeconfig', kubeconfig, ...args], { input: stdin, encoding: 'utf8' });
  if (result.status !== 0) throw new Error(result.stderr);
  return result.stdout;
}

/** Waits for an operation's end. */
export function operationEnd({ drey }: BenchStack, job: JobRef, number: number): Promise<OperationRecord> {
  const look = async () => {
    const operation = await drey.getOperation(job, number);
    return hasEnded(operation) && operation;
  };
  return waitUntil(look, { what: `operation ${number} of ${job.name} to end`, timeoutMs: 900_000, stepMs: 100 });
}

/** The median time of each step over several runs of one operation, in milliseconds. */
export function stepMedians(records: readonly OperationRecord[]): readonly { title: string; medianMs: number }[] {
  return (records[0]?.steps ?? []).map(({ name, title }) => {
    const times = records.flatMap(({ steps }) => steps.filter((step) => step.name === name));
    const took = times.map(({ startedAt, endedAt }) => Date.parse(endedAt ?? startedAt) - Date.parse(startedAt));
    return { title, medianMs: median(took) };
  });
}

/** Whatever else the machine does is measured with: waits until little is done, for a while. */
export async function calm(): Promise<void> {
  const until = performance.now() + calmMsMax;
  while ((await busyShare()) > busyShareMax && performance.now() < until);
}

const calmMsMax = 30_000;
const busyShareMax = 0.4;

/** Which part of the processors' time went into work, during a second and a half. */
async function busyShare(): Promise<number> {
  const [before, after] = [timesOf(cpus()), await pause(1_500).then(() => timesOf(cpus()))];
  return 1 - (after.idle - before.idle) / (after.all - before.all);
}

function timesOf(processors: readonly CpuInfo[]) {
  const each = processors.map(({ times }) => times);
  const all = each.flatMap((times) => Object.values(times)).reduce((sum, one) => sum + one, 0);
  return { all, idle: each.reduce((sum, { idle }) => sum + idle, 0) };
}

/** The one in the middle; of an even number the upper one. */
export function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
