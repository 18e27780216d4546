/** The Kubernetes cluster of an instance: which kind it is, remembered so that later runs find the same one. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ensureContextCluster } from './cluster-context.ts';
import { ensureKindCluster, kindIsUsable, stopKindCluster } from './cluster-kind.ts';
import { ensureNodeCluster, nodeIsPossible, stopNodeCluster, type NodeClusterOptions } from './cluster-node.ts';
import type { StackPaths } from './paths.ts';
import type { ReportLine } from './progress.ts';

const choiceShape = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('context'), context: z.string() }),
  z.object({ kind: z.literal('kind') }),
  z.object({ kind: z.literal('node') }),
]);

/** `context`: the reader's own cluster; `kind`: one made by kind in Docker; `node`: the single node on this machine. */
export type ClusterChoice = z.infer<typeof choiceShape>;

/** A cluster that answers, and how Drey uses it. */
export interface DevCluster {
  readonly choice: ClusterChoice;
  readonly kubeconfig: string;
  /** Whether this machine reaches the cluster's Services by their address; else only through the API server. */
  readonly reachesServices: boolean;
  /** For people: what it is and where. */
  readonly description: string;
}

/**
 * Which cluster to use: the named context, else the one of the run before, else the first kind that works here.
 * @throws with what to install when none does.
 */
export async function chooseCluster(paths: StackPaths, context: string | undefined): Promise<ClusterChoice> {
  const before = rememberedCluster(paths);
  if (context !== undefined) return acceptContext(context, before);
  if (before) return before;
  if (await kindIsUsable()) return { kind: 'kind' };
  if (nodeIsPossible()) return { kind: 'node' };
  throw new Error(
    'no Kubernetes here: name a cluster of your own (npm run up -- --context NAME), ' +
      'or install Docker and kind, or run this as root on Linux with apt-get',
  );
}

/** Starts or finds the cluster and waits until it answers. */
export async function ensureCluster(
  paths: StackPaths,
  choice: ClusterChoice,
  progress: ReportLine,
  options: NodeClusterOptions = {},
): Promise<DevCluster> {
  remember(paths, choice);
  if (choice.kind === 'context') return { choice, ...(await ensureContextCluster(paths, choice.context)) };
  if (choice.kind === 'kind') return { choice, ...(await ensureKindCluster(paths, progress)) };
  return { choice, ...(await ensureNodeCluster(paths, progress, options)) };
}

/** Ends the cluster if this stack made it; with `purge` its data goes too. A reader's own cluster is left alone. */
export async function stopCluster(paths: StackPaths, purge: boolean): Promise<void> {
  const choice = rememberedCluster(paths);
  if (choice?.kind === 'kind') await stopKindCluster(paths, purge);
  // Whatever is remembered: a purge would take the folder from under a node that still runs.
  await stopNodeCluster(paths, purge);
  if (purge) rmSync(choiceFile(paths), { force: true });
}

/** The cluster that an earlier run used. */
export function rememberedCluster(paths: StackPaths): ClusterChoice | undefined {
  try {
    return choiceShape.parse(JSON.parse(readFileSync(choiceFile(paths), 'utf8')));
  } catch {
    return undefined;
  }
}

/** Written whole or not at all: a file that was cut short would forget a cluster that runs. */
function remember(paths: StackPaths, choice: ClusterChoice): void {
  mkdirSync(paths.stateDir, { recursive: true });
  const draft = `${choiceFile(paths)}.draft`;
  writeFileSync(draft, JSON.stringify(choice));
  renameSync(draft, choiceFile(paths));
}

function acceptContext(context: string, before: ClusterChoice | undefined): ClusterChoice {
  const same = before === undefined || (before.kind === 'context' && before.context === context);
  if (same) return { kind: 'context', context };
  const named = before.kind === 'context' ? `the context ${before.context}` : `a cluster of its own (${before.kind})`;
  throw new Error(`this stack's records are about ${named}: remove them first with \`npm run down -- --purge\``);
}

function choiceFile(paths: StackPaths): string {
  return join(paths.stateDir, 'cluster.json');
}
