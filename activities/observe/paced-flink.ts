/** A Flink client whose requests wait for their turn, and are counted. */
import type { FlinkClient } from '../../clients/flink/client.ts';
import { FlinkUnreachable } from '../../clients/flink/errors.ts';

export interface Pacing {
  /** Ends when the next request may be sent. */
  turn(): Promise<void>;
  asked(outcome: 'answered' | 'silent'): void;
}

/** The same client at a pace. Each call must be one request, as those are that measuring makes. */
export function pacedFlink(flink: FlinkClient, pacing: Pacing): FlinkClient {
  const paced = async (call: () => unknown): Promise<unknown> => {
    await pacing.turn();
    try {
      const answer = await call();
      pacing.asked('answered');
      return answer;
    } catch (error) {
      pacing.asked(error instanceof FlinkUnreachable ? 'silent' : 'answered');
      throw error;
    }
  };
  return new Proxy(flink, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => paced(() => Reflect.apply(member, target, args));
    },
  });
}
