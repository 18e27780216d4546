/** What a command works with: the world, the configuration, and a client of the API. */
import { createDreyClient, type DreyClient } from '../clients/drey/client.ts';
import { findConfig, type Config, type GlobalFlags } from './config.ts';
import { parseDuration } from './duration.ts';
import { say, type World } from './world.ts';

export interface Context {
  readonly world: World;
  readonly config: Config;
  readonly client: DreyClient;
}

const requestTimeoutDefault = '30s';

/** Reads the configuration and makes the client. Nothing is sent yet. */
export function createContext(world: World, flags: GlobalFlags): Context {
  const config = findConfig(world, flags);
  let told = false;
  const client = createDreyClient({
    server: config.server,
    token: config.token,
    requestTimeoutMs: parseDuration(flags.requestTimeout ?? requestTimeoutDefault, '--request-timeout'),
    signal: world.interrupted,
    fetchStream: async (url, init) => (await import('../clients/drey/patient-fetch.ts')).patientFetch(url, init),
    onRetry(error) {
      if (!told) say(world.err, `${error.message}; trying again (Ctrl-C stops)`);
      told = true;
    },
  });
  return { world, config, client };
}
