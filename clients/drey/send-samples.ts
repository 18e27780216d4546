/** How an agent brings samples to the API. */
import type { SamplesOfSeries } from '../../core/metrics/sample.ts';
import { send } from './send.ts';
import { samplesShape, type SamplesTaken } from './shapes.ts';

/** The API as an agent reaches it. */
export interface AgentApi {
  /** The API's address. */
  readonly server: string;
  readonly cluster: string;
  /** The agent's token, read anew for each batch: it may be replaced while the process runs. */
  readonly token: () => string;
}

export type SendSamples = (series: readonly SamplesOfSeries[], signal: AbortSignal) => Promise<SamplesTaken>;

/** Makes the function that sends one batch, once. It throws DreyApiError or DreyUnreachableError. */
export function samplesTo({ server, cluster, token }: AgentApi): SendSamples {
  const path = `/v1/clusters/${encodeURIComponent(cluster)}/metrics`;
  return async (series, signal) => {
    const call = { method: 'POST', path, body: { series }, signal } as const;
    return (await send({ server, token: token() }, call, samplesShape)).value;
  };
}
