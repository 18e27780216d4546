/** Loopback ports of an instance: the usual one if it is free, else the next free one, remembered for the next run. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { loopback } from './paths.ts';

const portTable = z.record(z.string(), z.int());

/** Ports of a component by their name within it, such as `{ 'temporal': 7233 }`. 0 asks the kernel for any free one. */
export type PortTable = Readonly<Record<string, number>>;

/** Names and usual ports of what the development stack listens on. */
export const usualPorts = {
  api: 8080,
  flinkUi: 8081,
  postgres: 5433,
  temporal: 7233,
  temporalUi: 8233,
  temporalMetrics: 9233,
} as const;

export type PortName = keyof typeof usualPorts;

/** The remembered ports of an instance; empty when there are none or the file was cut short. */
export function rememberedPorts(stateDir: string): PortTable {
  try {
    return portTable.parse(JSON.parse(readFileSync(portFile(stateDir), 'utf8')));
  } catch {
    return {};
  }
}

/**
 * Chooses a port for each name and remembers them. Call it only for what is not running: a port that our own process
 * holds would be taken for another's.
 */
export async function claimPorts<N extends string>(
  stateDir: string,
  wanted: Readonly<Record<N, number>>,
): Promise<Record<N, number>> {
  const remembered = rememberedPorts(stateDir);
  const names = Object.keys(wanted).filter((name): name is N => name in wanted);
  const taken = new Set(Object.entries(remembered).flatMap(([name, port]) => (name in wanted ? [] : [port])));
  const chosen: Record<N, number> = { ...wanted };
  for (const name of names) {
    chosen[name] = await choosePort(remembered[name] ?? wanted[name], taken);
    taken.add(chosen[name]);
  }
  mkdirSync(stateDir, { recursive: true });
  writeFileSync(portFile(stateDir), JSON.stringify({ ...rememberedPorts(stateDir), ...chosen }, null, 2));
  return chosen;
}

/**
 * Starts a server, and again, three times in all, while it says that another process took a port it had chosen.
 * @throws what the last start threw.
 */
export async function againWhilePortsAreTaken<T>(start: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start();
    } catch (error) {
      if (attempt === 3 || !String(error).includes('address already in use')) throw error;
    }
  }
}

async function choosePort(first: number, taken: ReadonlySet<number>): Promise<number> {
  for (let port = first; port < 65_536; port += port === 0 ? 0 : 1) {
    const got = taken.has(port) ? undefined : await tryPort(port);
    if (got !== undefined && !taken.has(got)) return got;
  }
  throw new Error(`no free port from ${first} upwards on ${loopback}`);
}

/** The port when it can be listened on (any free one for 0), else undefined. */
async function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: loopback, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined));
    });
  });
}

function portFile(stateDir: string): string {
  return join(stateDir, 'ports.json');
}
