/** Runs one command line inside the test, against a given server, and gathers what it writes. */
import { runCli } from '../../cli/program.ts';
import type { World } from '../../cli/world.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions extends Partial<Omit<World, 'err'>> {
  readonly input?: string;
  readonly isTTY?: boolean;
}

/** The moment at which tests look at records: an hour after the times in them. */
export const later = Date.parse('2026-01-01T01:00:00.000Z');

export async function runDrey(
  server: string | undefined,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Ran> {
  let out = '';
  let err = '';
  const { input = '', isTTY = false, ...world } = options;
  const screen = { isTTY, columns: 100, rows: 40 };
  const code = await runCli(
    {
      env: server === undefined ? {} : { DREY_SERVER: server, DREY_TOKEN: 'secret' },
      cwd: '/',
      home: '/nowhere',
      root: '/nowhere',
      out: { ...screen, write: (text) => (out += text) },
      err: { ...screen, write: (text) => (err += text) },
      readInput: () => Promise.resolve(input),
      now: () => later,
      interrupted: new AbortController().signal,
      ...world,
    },
    args,
  );
  return { code, out, err };
}
