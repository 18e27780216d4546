/** A control plane with an agent that acts in no cluster, for one test file. */
import { Client, Connection } from '@temporalio/client';
import { createCaller, type Caller } from './api-caller.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { startAgent, type AgentProcess } from './start-agent.ts';

export interface PlaneWithAgent {
  readonly plane: ControlPlane;
  /** As an administrator. */
  readonly call: Caller;
  readonly connection: Connection;
  readonly client: Client;
  readonly agent: AgentProcess;
  stop(): Promise<void>;
}

/** What each of the two processes gets besides. */
interface Environments {
  readonly agent: NodeJS.ProcessEnv;
  readonly worker?: NodeJS.ProcessEnv;
}

/** Starts both, and makes the cluster `local` known; the caller stops them in `afterAll`. */
export async function startPlaneWithAgent(
  script: Parameters<typeof startAgent>[1],
  env: Environments,
): Promise<PlaneWithAgent> {
  const plane = await startControlPlane(env.worker);
  const undo = [() => plane.stop()];
  const stop = async () => {
    for (const step of undo.toReversed()) await step();
  };
  try {
    const call = createCaller(plane.url, plane.token);
    await call('PUT', '/v1/clusters/local', { body: { description: 'here' } });
    const connection = await Connection.connect({ address: plane.temporalAddress });
    undo.push(() => connection.close());
    const agent = await startAgent(plane, script, env.agent);
    undo.push(async () => void (await agent.stop('SIGKILL')));
    return { plane, call, connection, client: new Client({ connection }), agent, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
