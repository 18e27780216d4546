/** Which real parts a test file uses: read from the variables that it, or what it imports from `test/`, names. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { repositoryRoot } from './paths.ts';

export type Part = 'temporal' | 'postgres' | 'kubernetes' | 'flink' | 'drey';

/** The variables through which tests find a part. To name one in a test file is to ask for the part. */
const variables: Readonly<Record<Part, readonly string[]>> = {
  temporal: ['DREY_TEST_TEMPORAL_ADDRESS', 'DREY_TEST_TEMPORAL_COMMAND'],
  postgres: ['DREY_TEST_DATABASE_URL'],
  kubernetes: ['DREY_TEST_KUBECONFIG'],
  flink: ['DREY_TEST_FLINK_IMAGES', 'DREY_TEST_STORAGE_TOOL_JAR'],
  drey: ['DREY_TEST_API_URL', 'DREY_TEST_CLI_CONFIG'],
};

/** A part stands on others. */
const implied: Readonly<Record<Part, readonly Part[]>> = {
  temporal: [],
  postgres: [],
  kubernetes: [],
  flink: ['kubernetes'],
  drey: ['temporal', 'postgres', 'kubernetes', 'flink'],
};

/** The parts that these test files need together. */
export function partsNeeded(testFiles: readonly string[]): ReadonlySet<Part> {
  const seen = new Set<string>();
  const texts = testFiles.flatMap((file) => withImports(file, seen));
  const isPart = (name: string): name is Part => name in variables;
  const named = Object.keys(variables)
    .filter(isPart)
    .filter((part) => variables[part].some((variable) => texts.some((text) => text.includes(variable))));
  return new Set(named.flatMap((part) => [part, ...implied[part]]));
}

function withImports(file: string, seen: Set<string>): string[] {
  if (seen.has(file) || !existsSync(file)) return [];
  seen.add(file);
  const text = readFileSync(file, 'utf8');
  const imported = [...text.matchAll(/from '(\.[^']+\.ts)'/g)].map(([, path = '']) => join(dirname(file), path));
  const ofTests = imported.filter((path) => path.startsWith(join(repositoryRoot, 'test') + sep));
  return [text, ...ofTests.flatMap((path) => withImports(path, seen))];
}
