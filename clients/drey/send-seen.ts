/** How an agent brings to the API what it sees of jobs. */
import { z } from 'zod';
import type { JobFact } from '../../core/observation/job-seen.ts';
import { send } from './send.ts';
import type { AgentApi } from './send-samples.ts';

const seenTaken = z.object({ taken: z.number(), dropped: z.number() });

export type SendSeen = (jobs: readonly JobFact[], signal: AbortSignal) => Promise<z.output<typeof seenTaken>>;

/** Makes the function that sends one batch, once. It throws DreyApiError or DreyUnreachableError. */
export function seenTo({ server, cluster, token }: AgentApi): SendSeen {
  const path = `/v1/clusters/${encodeURIComponent(cluster)}/seen`;
  return async (jobs, signal) =>
    (await send({ server, token: token() }, { method: 'POST', path, body: { jobs }, signal }, seenTaken)).value;
}
