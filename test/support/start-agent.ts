/** An agent for one test file, which acts in no cluster: a process of its own that says `ready` when it works. */
import { inheritedEnv } from '../../deploy/dev/inherited-env.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { child, type ControlPlane } from './control-plane.ts';

export type AgentProcess = ReturnType<typeof child>;

/** Starts it and waits until it works; the caller stops it. @param script of test/support. */
export async function startAgent(
  { temporalAddress }: Pick<ControlPlane, 'temporalAddress'>,
  script: 'autoscaler-agent' | 'idle-agent' | 'made-up-agent',
  env: NodeJS.ProcessEnv = {},
): Promise<AgentProcess> {
  const agent = child(`test/support/${script}.ts`, {
    ...inheritedEnv(),
    TEMPORAL_ADDRESS: temporalAddress,
    ...env,
  });
  await agent.start();
  const isReady = async () => agent.output().includes('ready');
  await waitUntil(isReady, { what: 'the agent', timeoutMs: 120_000, giveUp: agent.failure });
  return agent;
}
