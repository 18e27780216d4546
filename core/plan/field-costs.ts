/** What changing a field of a running job's spec costs: the one table that says it. A new field of the spec adds a line. */

/**
 * From cheap to dear. `none`: nothing of Flink is touched. `rescale`: the job's parallelism changes in place where the
 * adaptive scheduler runs it. `restart`: the job stops and goes on from its state. `redeploy`: on a new Flink cluster.
 */
export const costs = ['none', 'rescale', 'restart', 'redeploy'] as const;

export type Cost = (typeof costs)[number];

/** By path within the whole spec; the longest one that a changed field begins with counts. */
const fieldCosts: Readonly<Record<string, Cost>> = {
  // Every object and pod carries the labels.
  'metadata.labels': 'redeploy',
  'spec.state': 'restart',
  'spec.restartNonce': 'restart',
  'spec.mode': 'redeploy',
  'spec.flink': 'redeploy',
  'spec.job.jarUri': 'redeploy',
  'spec.job.classpaths': 'redeploy',
  'spec.job.entryClass': 'restart',
  'spec.job.args': 'restart',
  'spec.job.parallelism': 'rescale',
  'spec.job.vertexParallelism': 'rescale',
  'spec.job.slots': 'rescale',
  'spec.job.finite': 'restart',
  'spec.job.initialSavepoint': 'none',
  // Read when a job is restored.
  'spec.job.allowNonRestoredState': 'none',
  'spec.jobManager': 'redeploy',
  'spec.taskManager': 'redeploy',
  'spec.taskManager.replicas': 'rescale',
  'spec.storage': 'redeploy',
  'spec.serviceAccount': 'redeploy',
  // The job's Service and Ingress are no part of a generation.
  'spec.ingress': 'none',
  'spec.upgrade': 'none',
  'spec.savepoints': 'none',
  'spec.recovery': 'none',
  'spec.autoscaler': 'none',
  'spec.cleanup': 'none',
  'spec.deadlines': 'none',
};

/** @param path such as `spec.flink.configuration["rest.port"]`. What no line names is taken for the dearest. */
export function costOf(path: string): Cost {
  const lines = Object.keys(fieldCosts).filter((line) => path === line || isBelow(path, line));
  const longest = lines.toSorted((one, other) => other.length - one.length)[0];
  return (longest === undefined ? undefined : fieldCosts[longest]) ?? 'redeploy';
}

function isBelow(path: string, line: string): boolean {
  return path.startsWith(line) && /^[.[]/.test(path.slice(line.length));
}

/** The dearest of them; `none` where there are none. */
export function dearest(all: readonly Cost[]): Cost {
  return costs[Math.max(0, ...all.map((cost) => costs.indexOf(cost)))] ?? 'none';
}
