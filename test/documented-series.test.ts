/** Every series that a process shows to Prometheus is explained in docs/metrics.md, and none that is explained is missing. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { Registry } from 'prom-client';
import { createAgentMetrics } from '../agent/metrics.ts';
import { createMetrics } from '../api/metrics.ts';
import { createWorkerMetrics } from '../workers/metrics.ts';

const document = readFileSync(new URL('../docs/metrics.md', import.meta.url), 'utf8');
const pool = { idleCount: 0, totalCount: 0, waitingCount: 0 };

/** The first cell of each row under a heading, with the words of its second. */
function documentedUnder(heading: string): Map<string, string[]> {
  const section = document.split(/^### /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const rows = [...section.matchAll(/^\| `([a-z0-9_]+)` \|([^|]*)\|/gm)];
  return new Map(
    rows.map(([, name = '', labels = '']) => [name, [...labels.matchAll(/`(\w+)`/g)].map(([, one = '']) => one)]),
  );
}

const isOwn = ({ name }: { readonly name: string }) => name.startsWith('drey_');

/** Some that all processes have are only there on Linux. */
const shared = documentedUnder('Each process');

test.each<[string, Registry]>([
  ['The API', createMetrics(pool).registry],
  ['The worker', createWorkerMetrics(pool).registry],
  ['The agent', createAgentMetrics().registry],
])('%s', (heading, registry) => {
  const own = documentedUnder(heading);
  const shown = registry.getMetricsAsArray();
  expect(shown.filter((each) => !isOwn(each) && !shared.has(each.name)).map(({ name }) => name)).toEqual([]);
  expect([...own.keys()].toSorted()).toEqual(
    shown
      .filter(isOwn)
      .map(({ name }) => name)
      .toSorted(),
  );
  for (const metric of shown.filter(isOwn))
    expect([metric.name, own.get(metric.name)]).toEqual([metric.name, labelsOf(metric)]);
});

function labelsOf(metric: object): string[] {
  return 'labelNames' in metric ? (metric.labelNames as string[]) : [];
}
