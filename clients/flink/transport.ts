/** How requests reach a Flink cluster: straight to its Service, or through the API server's service proxy. */
import type { KubernetesClient } from '../kubernetes/client.ts';

export interface FlinkRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query, such as `/jobs/overview`. */
  readonly path: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
}

export interface FlinkAnswer {
  readonly status: number;
  readonly body: string;
}

export interface FlinkTransport {
  readonly address: string;
  /** @throws FlinkUnreachable where nothing answers. */
  send(request: FlinkRequest): Promise<FlinkAnswer>;
}

export interface FlinkService {
  readonly namespace: string;
  readonly service: string;
  /** 8081 unless said otherwise. */
  readonly port?: number | undefined;
}
