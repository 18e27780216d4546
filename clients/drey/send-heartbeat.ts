/** How an agent tells the API that it is there. */
import type { Heartbeat } from '../../core/agents.ts';
import { sendForResponse } from './send.ts';
import type { AgentApi } from './send-samples.ts';

export type SendHeartbeat = (heartbeat: Heartbeat, signal: AbortSignal) => Promise<void>;

/** Makes the function that says it once. It throws DreyApiError or DreyUnreachableError. */
export function heartbeatsTo({ server, cluster, token }: AgentApi): SendHeartbeat {
  const path = `/v1/clusters/${encodeURIComponent(cluster)}/heartbeats`;
  return async (heartbeat, signal) => {
    const call = { method: 'POST', path, body: heartbeat, signal } as const;
    const response = await sendForResponse({ server, token: token() }, call);
    await response.body?.cancel();
  };
}
