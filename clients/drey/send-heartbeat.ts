/** How an agent tells the API that it is there. */
import { z } from 'zod';
import type { Heartbeat } from '../../core/agents.ts';
import type { SharedQuota } from '../../core/scaling/quota-room.ts';
import { sendForResponse } from './send.ts';
import type { AgentApi } from './send-samples.ts';

/** Answers with the quotas that autoscalers heed; undefined where the API does not tell them, or does not know them now. */
export type SendHeartbeat = (heartbeat: Heartbeat, signal: AbortSignal) => Promise<readonly SharedQuota[] | undefined>;

const room = z.object({ slots: z.number(), cpuCores: z.number(), memoryBytes: z.number() });
const limits = z.object({
  slots: z.number().exactOptional(),
  cpuCores: z.number().exactOptional(),
  memoryBytes: z.number().exactOptional(),
});
const heard = z.object({
  quotas: z.array(z.object({ of: z.enum(['tenant', 'cluster']), name: z.string(), limits, taken: room })).optional(),
});

/** Makes the function that says it once. It throws DreyApiError or DreyUnreachableError. */
export function heartbeatsTo({ server, cluster, token }: AgentApi): SendHeartbeat {
  const path = `/v1/clusters/${encodeURIComponent(cluster)}/heartbeats`;
  return async (heartbeat, signal) => {
    const call = { method: 'POST', path, body: heartbeat, signal } as const;
    const response = await sendForResponse({ server, token: token() }, call);
    const text = await response.text();
    // Agents are upgraded before the API: an older one says nothing.
    return text === '' ? undefined : heard.parse(JSON.parse(text)).quotas;
  };
}
