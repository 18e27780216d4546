/** The repository tests itself: what no tool checks, and who may know whom, types included. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '..');

/** Every file that git knows or would take: what is ignored or deleted is nobody's. */
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(root, file)));

const sources = files.filter((file) => /\.(ts|cjs|sh|go|java)$/.test(file));
const modules = sources.filter((file) => file.endsWith('.ts'));
const textOf = (file: string) => readFileSync(join(root, file), 'utf8');
const isTest = (file: string) => file.startsWith('test/');

/** Lines of these files that match, as `file:line: text`, for a message that can be followed. */
function linesMatching(among: readonly string[], pattern: RegExp): string[] {
  return among.flatMap((file) =>
    textOf(file)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
  );
}

interface Import {
  readonly from: string;
  readonly to: string;
  readonly isType: boolean;
}

/** The imports between this repository's modules. */
const imports: readonly Import[] = modules.flatMap((file) =>
  [...textOf(file).matchAll(/^(?:import|export) (type )?[^;]*? from '(\.[^']+)';|^import '(\.[^']+)';/gms)].map(
    ([, type, path, bare]) => ({
      from: file,
      to: normalize(join(dirname(file), path ?? bare ?? '')),
      isType: type !== undefined,
    }),
  ),
);

/** What a room may import beyond itself; the table of docs/architecture.md. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  core: [],
  clients: ['core/'],
  workflows: ['core/'],
  activities: ['core/', 'clients/'],
  workers: ['workflows/', 'activities/', 'clients/', 'core/'],
  agent: ['activities/', 'clients/', 'core/'],
  api: ['core/', 'clients/', 'workflows/'],
  cli: ['core/', 'clients/drey/', 'clients/http.ts'],
  web: ['core/', 'clients/drey/'],
};

/** What a folder of a room may import besides. */
const besides: Readonly<Record<string, readonly string[]>> = {
  // Advice is for Flink clusters that no Drey has: nobody but the command line can ask those.
  'cli/advice/': ['clients/flink/'],
};

/** What a room may import as types only. */
const typeRooms: Readonly<Record<string, readonly string[]>> = {
  workflows: ['activities/'],
  activities: ['workflows/'],
};

describe('the rooms', () => {
  test.each(Object.entries(rooms))('%s imports only what it may', (room, may) => {
    const open = [`${room}/`, ...may];
    const forTypes = typeRooms[room] ?? [];
    const wrong = imports
      .filter(({ from }) => from.startsWith(`${room}/`))
      .filter(({ to }) => !open.some((prefix) => to.startsWith(prefix)))
      .filter(({ from, to }) => !besidesOf(from).some((prefix) => to.startsWith(prefix)))
      .filter(({ to, isType }) => !(isType && forTypes.some((prefix) => to.startsWith(prefix))));
    expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });

  test('every import names a file with its ending', () => {
    expect(imports.filter(({ to }) => !files.includes(to)).map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });
});

function besidesOf(file: string): readonly string[] {
  return Object.entries(besides).flatMap(([folder, may]) => (file.startsWith(folder) ? may : []));
}

describe('the modules', () => {
  // The one that must be: a workflow bundle is made of what a single module exports.
  const bundleEntry = 'workflows/all.ts';

  test('there are no barrels', () => {
    const others = modules.filter((file) => file !== bundleEntry);
    const reExports = linesMatching(others, /^export (\*|type \*|\{[^}]*\}|type \{[^}]*\}) from /);
    expect([...reExports, ...modules.filter((file) => file.endsWith('/index.ts'))]).toEqual([]);
  });

  test('there are no default exports', () => {
    expect(linesMatching(modules, /^export default /)).toEqual([]);
  });

  test('no source file is longer than 400 lines', () => {
    expect(sources.filter((file) => textOf(file).split('\n').length > 401)).toEqual([]);
  });

  test('every module says in its first lines what it is for', () => {
    const silent = modules.filter((file) => !file.endsWith('.test.ts') && !/^(#!.*\n)?\/\*\*/.test(textOf(file)));
    expect(silent).toEqual([]);
  });
});

describe('core', () => {
  const core = modules.filter((file) => file.startsWith('core/'));

  test('reads no clock', () => {
    expect(linesMatching(core, /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b|\bsetTimeout\b/)).toEqual([]);
  });

  test('takes no chance', () => {
    expect(linesMatching(core, /\bMath\.random\b|\brandomUUID\b|\bgetRandomValues\b/)).toEqual([]);
  });

  test('knows nothing of Node', () => {
    expect(linesMatching(core, /from 'node:|\bprocess\.(env|cwd|argv|platform)\b|\brequire\(/)).toEqual([]);
  });
});

describe('what must not stay', () => {
  // Spelled in parts, so that this file does not find itself.
  const unfinished = new RegExp(`\\b(${['FIX', 'TO'].map((word, index) => word + ['ME', 'DO'][index]).join('|')})\\b`);

  test('nothing is marked as unfinished', () => {
    expect(linesMatching(sources, unfinished)).toEqual([]);
  });

  test('no test is skipped or alone', () => {
    const tests = modules.filter(isTest);
    const marks = /\b(describe|test|it)\.(skip|only|todo)\b|\b(xit|xtest|xdescribe|fit|fdescribe)\(/;
    expect(linesMatching(tests, marks).filter((line) => !line.startsWith('test/tidy.test.ts'))).toEqual([]);
  });

  test('no file names a folder of the machine it was written on', () => {
    const machine = new RegExp(`(^|[\\s'"\`=(])/(${['work', 'root'].join('|')})/`);
    expect(linesMatching(files.filter(isText), machine)).toEqual([]);
  });

  test('no source names a package registry’s host', () => {
    const hosts = ['registry.npmjs', 'pypi.org', 'pythonhosted', 'repo1.maven', 'repo.maven.apache', 'proxy.golang'];
    const pattern = new RegExp(hosts.map((host) => host.replaceAll('.', String.raw`\.`)).join('|'));
    expect(linesMatching(sources, pattern).filter((line) => !line.startsWith('test/tidy.test.ts'))).toEqual([]);
  });
});

describe('the documents', () => {
  const documents = files.filter((file) => file.endsWith('.md'));

  test('every link to a file leads somewhere', () => {
    const broken = documents.flatMap((file) =>
      [...textOf(file).matchAll(/\]\(([^)\s#]+)(#[^)]*)?\)/g)]
        .map(([, target = '']) => target)
        .filter((target) => !/^[a-z]+:/.test(target))
        .filter((target) => !existsSync(join(root, dirname(file), target)))
        .map((target) => `${file}: ${target}`),
    );
    expect(broken).toEqual([]);
  });

  test('every document has one title', () => {
    expect(documents.filter((file) => titlesIn(textOf(file)) !== 1)).toEqual([]);
  });
});

function titlesIn(markdown: string): number {
  const withoutCode = markdown.replaceAll(/^```[\s\S]*?^```/gm, '');
  return withoutCode.match(/^# /gm)?.length ?? 0;
}

function isText(file: string): boolean {
  return !/\.(png|svg|jar|bin|ico)$/.test(file) && !file.startsWith('test/golden/') && file !== 'package-lock.json';
}
