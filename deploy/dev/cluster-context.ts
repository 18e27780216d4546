/** The reader's own cluster, by the name of a context in their kubeconfig, which is read and never written. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { connectKubernetes } from '../../clients/kubernetes/connect.ts';
import type { StackPaths } from './paths.ts';

const kubeconfigShape = z.looseObject({
  contexts: z.array(z.looseObject({ name: z.string() })).default([]),
  clusters: z.array(z.looseObject({ cluster: z.record(z.string(), z.unknown()).optional() })).default([]),
  users: z.array(z.looseObject({ user: z.record(z.string(), z.unknown()).optional() })).default([]),
});

type Kubeconfig = z.infer<typeof kubeconfigShape>;

/** Fields that hold a path, which may be relative to the file they stand in. */
const pathFields = ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile'];

/**
 * Writes a kubeconfig of our own whose current context is the named one, and asks that cluster once.
 * @throws when there is no such context or the cluster does not answer.
 */
export async function ensureContextCluster(paths: StackPaths, context: string) {
  const found = kubeconfigFiles()
    .map(readKubeconfig)
    .filter((each) => each !== undefined);
  const source = found.find((each) => each.content.contexts.some(({ name }) => name === context));
  if (!source) {
    const names = found.flatMap((each) => each.content.contexts.map(({ name }) => name));
    throw new Error(`no context "${context}" in your kubeconfig; it has: ${names.join(', ') || 'none'}`);
  }
  const kubeconfig = join(paths.stateDir, 'context-kubeconfig');
  mkdirSync(paths.stateDir, { recursive: true });
  const own = { ...withAbsolutePaths(source.content, dirname(source.file)), 'current-context': context };
  writeFileSync(kubeconfig, JSON.stringify(own, null, 2), { mode: 0o600 });
  const client = connectKubernetes({ kubeconfig });
  try {
    const answer = await client.raw({ method: 'GET', path: '/version' });
    if (answer.status !== 200) throw new Error(`${client.server} answered ${answer.status}: ${answer.body}`);
  } finally {
    client.close();
  }
  return { kubeconfig, reachesServices: false, description: `your own cluster (context ${context})` };
}

function kubeconfigFiles(): string[] {
  const named = (process.env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  return named.length > 0 ? named : [join(homedir(), '.kube', 'config')];
}

function readKubeconfig(file: string): { file: string; content: Kubeconfig } | undefined {
  return existsSync(file) ? { file, content: kubeconfigShape.parse(parse(readFileSync(file, 'utf8'))) } : undefined;
}

function withAbsolutePaths(content: Kubeconfig, folder: string): Kubeconfig {
  const absolute = (fields: Record<string, unknown> = {}) =>
    Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, absolutePath(name, value, folder)]));
  return {
    ...content,
    clusters: content.clusters.map((each) => ({ ...each, cluster: absolute(each.cluster) })),
    users: content.users.map((each) => ({ ...each, user: absolute(each.user) })),
  };
}

function absolutePath(name: string, value: unknown, folder: string): unknown {
  if (typeof value !== 'string' || !pathFields.includes(name) || isAbsolute(value)) return value;
  return join(folder, value);
}
