/** The connection to Temporal for callers. Workers have their own (`NativeConnection`). */
import { Client, Connection, isRetryableError, makeGrpcRetryInterceptor } from '@temporalio/client';

export interface TemporalOptions {
  readonly address: string;
  readonly namespace: string;
  /** Shown in histories as who asked. */
  readonly identity: string;
}

export interface Temporal {
  readonly client: Client;
  /** Runs calls that end with `DEADLINE_EXCEEDED` after so many milliseconds. */
  within<T>(timeoutMs: number, call: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * Repeats failed calls like the client's own retry, but never pauses for long: a pause does not end with the call's time
 * limit, and a person waits for the answer.
 */
const retry = makeGrpcRetryInterceptor({
  delayFunction: (attempt, { code }) => pauseMs(attempt, code),
  retryableDecider: (attempt, status) => attempt < 20 && isRetryableError(status),
});

const resourceExhausted = 8;

function pauseMs(attempt: number, code: number): number {
  return code === resourceExhausted ? 1_000 : Math.min(500, 100 * 1.7 ** attempt);
}

/** Makes the connection; connects when first used, and again by itself after Temporal was away. */
export function connectTemporal(options: TemporalOptions): Temporal {
  const connection = Connection.lazy({
    address: options.address,
    interceptors: [retry],
    // gRPC's own back-off grows to two minutes: too long for callers who see Temporal up again.
    channelArgs: { 'grpc.initial_reconnect_backoff_ms': 100, 'grpc.max_reconnect_backoff_ms': 1_000 },
  });
  const client = new Client({ connection, namespace: options.namespace, identity: options.identity });
  return {
    client,
    within: (timeoutMs, call) => connection.withDeadline(Date.now() + timeoutMs, call),
    close: () => connection.close(),
  };
}
