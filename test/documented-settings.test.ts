/** Every variable that a process reads stands in its table of docs/settings.md, with what counts where it is not set. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { agentSettings } from '../agent/config.ts';
import { readConfig } from '../api/config.ts';
import { repositoryRoot } from '../deploy/dev/paths.ts';
import { workerSettings } from '../workers/config.ts';

const document = readFileSync(join(repositoryRoot, 'docs/settings.md'), 'utf8');

interface Row {
  readonly name: string;
  /** What its second column says. */
  readonly notSet: string;
}

/** The rows under a heading; one may name several. */
function documentedUnder(heading: string): Row[] {
  const section = document.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/^\| (`[A-Z][^|]*) \| ([^|]*) \|/gm)].flatMap(([, names = '', notSet = '']) =>
    [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => ({ name, notSet })),
  );
}

/** The modules that a process loads, types aside. */
function modulesOf(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file) || !existsSync(file)) return seen;
  seen.add(file);
  const text = readFileSync(file, 'utf8');
  const imported = text.matchAll(/^(?:import|export) (?!type )[^;]*?from '(\.[^']+)';|import\('(\.[^']+)'\)/gms);
  for (const [, one, other] of imported) modulesOf(join(dirname(file), one ?? other ?? ''), seen);
  return seen;
}

/** The variables that it reads: the keys of its settings, and those that are asked for by name. Those of tests alone are left out. */
function readBy(entry: string): string[] {
  const names = [...modulesOf(join(repositoryRoot, entry))].flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    const asked = [...text.matchAll(/\benv\)?(?:\['|\.)([A-Z][A-Z0-9_]+)/g)];
    const settings = text.includes('setVariables(') ? [...text.matchAll(/^ {2}([A-Z][A-Z0-9_]+):/gm)] : [];
    return [...asked, ...settings].map(([, name = '']) => name);
  });
  return [...new Set(names)].filter((name) => !name.startsWith('DREY_TEST_')).toSorted();
}

const processes: readonly (readonly [heading: string, entry: string])[] = [
  ['The API', 'api/main.ts'],
  ['The worker', 'workers/main.ts'],
  ['The agent', 'agent/main.ts'],
  ['The command line', 'cli/main.ts'],
];

test.each(processes)('%s: every variable that it reads, and no other', (heading, entry) => {
  expect(readBy(entry)).not.toEqual([]);
  expect(
    documentedUnder(heading)
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(readBy(entry));
});

test.each(['api/bootstrap.ts', 'api/tokens.ts'])('%s reads DATABASE_URL alone', (entry) => {
  expect(readBy(entry)).toEqual(['DATABASE_URL']);
});

type Environment = Readonly<Record<string, string>>;

const must = {
  'The API': { DATABASE_URL: 'postgres://db/drey' },
  'The worker': { DATABASE_URL: 'postgres://db/drey' },
  'The agent': { DREY_CLUSTER: 'local', DREY_STORAGE_TOOL_JAR: 'tool.jar', DREY_PRIME_JOB_JAR: 'prime.jar' },
};

describe.each<[keyof typeof must, (environment: Environment) => unknown]>([
  ['The API', readConfig],
  ['The worker', workerSettings],
  ['The agent', agentSettings],
])('%s', (heading, settingsOf) => {
  const least: Environment = must[heading];
  const rows = documentedUnder(heading);

  test('starts with what must be set, and with nothing less', () => {
    const named = rows.filter(({ notSet }) => notSet === 'must be set').map(({ name }) => name);
    expect(named.toSorted()).toEqual(Object.keys(least).toSorted());
    expect(() => settingsOf(least)).not.toThrow();
    for (const name of named) expect(() => settingsOf({ ...least, [name]: '' })).toThrow(name);
  });

  const defaults = rows.flatMap(
    ({ name, notSet }) =>
      /^`(.*)`$/
        .exec(notSet)
        ?.slice(1)
        .map((text) => [name, text]) ?? [],
  );
  test.each(defaults)('%s counts as %s where it is not set', (name = '', text = '') => {
    expect(settingsOf({ ...least, [name]: text })).toEqual(settingsOf(least));
  });
});
