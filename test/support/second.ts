/**
 * The second one of each of Drey's processes, beside those that the stack has. Its ways to all other parts go through proxies, so
 * that it can be cut off from the network.
 */
import { join } from 'node:path';
import type { DreyProcess } from '../../deploy/dev/builds.ts';
import { loopback, stackPaths, testInstance } from '../../deploy/dev/paths.ts';
import { claimPorts } from '../../deploy/dev/ports.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { startBeside, settingsOf, type Beside } from './beside.ts';
import { startCuttableProxy, type CuttableProxy } from './cuttable-proxy.ts';
import { serverOf, writeKubeconfigAt } from './kubeconfig.ts';
import { temporal } from './running-stack.ts';
import { pollersOf } from './worker-builds.ts';

const paths = stackPaths(testInstance);

export interface Second extends Beside {
  /** Where it listens, if it is an API. */
  readonly url: string | undefined;
  /** While cut off, nothing comes or goes, and nobody is told. */
  cutOff(isCut: boolean): void;
  /** The same of its way to the API server of Kubernetes alone. */
  cutOffFromKubernetes(isCut: boolean): void;
}

/** Starts it, and returns when it works. */
export async function startSecond(kind: DreyProcess): Promise<Second> {
  const ways: (CuttableProxy & { readonly target: string })[] = [];
  const past = async (address: URL | string) => {
    const { hostname: host, port } = new URL(address);
    const way = await startCuttableProxy({ host, port: Number(port) });
    ways.push(Object.assign(way, { target: new URL(address).host }));
    return `${loopback}:${way.port}`;
  };
  const listen = kind === 'api' ? await apiAddress() : undefined;
  const env = await settingsPast(kind, past);
  if (listen !== undefined) Object.assign(env, { DREY_API_LISTEN: listen, DREY_API_URL: `http://${listen}` });
  const beside = await startBeside(kind, { env });
  const url = listen === undefined ? undefined : `http://${listen}`;
  await works(kind, beside, url);
  const stop = async () => {
    for (const way of ways) way.silence(false);
    await beside.stop();
    await Promise.all(ways.map((way) => way.stop()));
  };
  const start = async () => {
    await beside.start();
    await works(kind, beside, url);
  };
  const cutOff = (isCut: boolean) => {
    for (const way of ways) way.silence(isCut);
  };
  const { DREY_KUBECONFIG } = settingsOf(kind);
  const server = DREY_KUBECONFIG === undefined ? undefined : serverOf(DREY_KUBECONFIG).host;
  const cutOffFromKubernetes = (isCut: boolean) => ways.find(({ target }) => target === server)?.silence(isCut);
  return { ...beside, start, stop, url, cutOff, cutOffFromKubernetes };
}

/** The settings that name other parts, each with the way past a proxy of its own. */
async function settingsPast(
  kind: DreyProcess,
  past: (address: URL | string) => Promise<string>,
): Promise<Record<string, string>> {
  const { TEMPORAL_ADDRESS = '', DATABASE_URL, DREY_API_URL, DREY_KUBECONFIG } = settingsOf(kind);
  const env: Record<string, string> = { TEMPORAL_ADDRESS: await past(`http://${TEMPORAL_ADDRESS}`) };
  if (DATABASE_URL !== undefined) {
    const database = new URL(DATABASE_URL);
    // The database is on the loopback address, too.
    database.port = (await past(`http://${database.hostname}:${database.port}`)).split(':')[1] ?? '';
    env['DATABASE_URL'] = database.href;
  }
  if (kind === 'agent' && DREY_API_URL !== undefined) env['DREY_API_URL'] = `http://${await past(DREY_API_URL)}`;
  if (DREY_KUBECONFIG !== undefined) {
    const file = join(paths.stateDir, 'kubeconfig-second');
    writeKubeconfigAt(DREY_KUBECONFIG, `https://${await past(serverOf(DREY_KUBECONFIG))}`, file);
    env['DREY_KUBECONFIG'] = file;
  }
  return env;
}

/** Where a second API listens, without a scheme. */
export async function apiAddress(): Promise<string> {
  const { second } = await claimPorts(paths.stateDir, { second: 0 });
  return `${loopback}:${second}`;
}

/** Waits until it does its part: the API is ready, the others ask Temporal for work. */
async function works(kind: DreyProcess, beside: Beside, url: string | undefined): Promise<void> {
  const client = await temporal();
  const asks = async () => (await pollersOf(client, kind)).some((identity) => identity.startsWith(`${beside.pid()}@`));
  try {
    const what = `the second ${kind} to work`;
    await waitUntil(url === undefined ? asks : () => isReadyAt(url), { what, timeoutMs: 120_000, stepMs: 100 });
  } finally {
    await client.connection.close();
  }
}

/** Whether the API there has all that it needs. */
export async function isReadyAt(url: string): Promise<boolean> {
  return (await fetch(`${url}/readyz`)).ok;
}
