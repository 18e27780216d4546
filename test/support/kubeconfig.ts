/** Clients that differ from a kubeconfig in one thing, for tests of who asks and over which way. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve, dirname } from 'node:path';
import { parse, stringify } from 'yaml';
import type { KubernetesClient } from '../../clients/kubernetes/client.ts';
import { connectKubernetes } from '../../clients/kubernetes/connect.ts';

interface Kubeconfig {
  readonly 'current-context': string;
  readonly clusters: readonly { readonly name: string; readonly cluster: Readonly<Record<string, unknown>> }[];
  readonly users: readonly { readonly name: string; readonly user: Readonly<Record<string, unknown>> }[];
}

/** The same cluster, asked with a token instead of what the kubeconfig has. */
export function connectWithToken(path: string, token: string): KubernetesClient {
  return variant(path, (config) => ({ ...config, users: config.users.map((one) => ({ ...one, user: { token } })) }));
}

/** The same cluster and user, reached at another address. */
export function connectAt(path: string, server: string): KubernetesClient {
  return variant(path, (config) => at(config, server));
}

/** Writes a kubeconfig for the same cluster and user, reached at another address. */
export function writeKubeconfigAt(path: string, server: string, file: string): void {
  writeFileSync(file, stringify(absolute(at(read(path), server), dirname(path))), { mode: 0o600 });
}

function at(config: Kubeconfig, server: string): Kubeconfig {
  // Every API server's certificate has this name.
  const cluster = { server, 'tls-server-name': 'kubernetes.default.svc' };
  const clusters = config.clusters.map((one) => ({ ...one, cluster: { ...one.cluster, ...cluster } }));
  return { ...config, clusters };
}

/** A server without TLS or identity, such as one made by a test. */
export function connectPlain(server: string): KubernetesClient {
  return connected({
    'current-context': 'plain',
    contexts: [{ name: 'plain', context: { cluster: 'plain', user: 'plain' } }],
    clusters: [{ name: 'plain', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'plain', user: {} }],
  });
}

/** The address of the kubeconfig's (first) cluster. */
export function serverOf(path: string): URL {
  return new URL(String(read(path).clusters[0]?.cluster['server']));
}

function variant(path: string, change: (config: Kubeconfig) => Kubeconfig): KubernetesClient {
  return connected(absolute(change(read(path)), dirname(path)));
}

/** The client reads its kubeconfig when it is made, so the file may go at once: it holds a secret. */
function connected(config: object): KubernetesClient {
  const folder = mkdtempSync(join(tmpdir(), 'drey-kubeconfig-'));
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, stringify(config), { mode: 0o600 });
  try {
    return connectKubernetes({ kubeconfig });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function read(path: string): Kubeconfig {
  return parse(readFileSync(path, 'utf8')) as Kubeconfig;
}

/** Files beside the original are named relative to it. */
function absolute(config: Kubeconfig, folder: string): Kubeconfig {
  const text = JSON.stringify(config, (key, value: unknown) => {
    const isFile = /^(?:certificate-authority|client-certificate|client-key)$/.test(key);
    return isFile && typeof value === 'string' ? resolve(folder, value) : value;
  });
  return JSON.parse(text) as Kubeconfig;
}
