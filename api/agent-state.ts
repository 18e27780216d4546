/** Whether a cluster's agent is there: the one trace it leaves is that it asks Temporal for work. */
import { isTemporalAway } from '../clients/temporal/errors.ts';
import type { Services } from './services.ts';

/** A worker asks at least once a minute, for Temporal holds each question so long; some seconds for the way. */
const silenceMsMax = 70_000;

export interface AgentState {
  /** `unknown`: Temporal does not answer. */
  readonly state: 'connected' | 'gone' | 'unknown';
  readonly lastSeen?: string;
}

/** The state now, or some seconds ago. */
export async function agentState({ agentPolls }: Services, cluster: string): Promise<AgentState> {
  try {
    const lastSeen = await agentPolls.get(cluster);
    if (!lastSeen) return { state: 'gone' };
    const isThere = Date.now() - lastSeen.getTime() < silenceMsMax;
    return { state: isThere ? 'connected' : 'gone', lastSeen: lastSeen.toISOString() };
  } catch (error) {
    if (isTemporalAway(error)) return { state: 'unknown' };
    throw error;
  }
}
