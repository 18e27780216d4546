/** The `drey` command: gives the program the real world, and the shell its exit code. */
import { homedir } from 'node:os';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { runCli } from './program.ts';
import type { Output, World } from './world.ts';

const interruption = new AbortController();
process.once('SIGINT', () => interruption.abort());
process.once('SIGTERM', () => interruption.abort());

function outputOn(stream: NodeJS.WriteStream): Output {
  // Who reads only the head of a table is served; that is no failure.
  stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  return {
    isTTY: stream.isTTY,
    get columns() {
      return sizeOr(80, stream.columns);
    },
    get rows() {
      return sizeOr(24, stream.rows);
    },
    write: (chunk) => void stream.write(chunk),
  };
}

/** A terminal that does not know its size says 0. */
function sizeOr(usual: number, size: number | undefined): number {
  return size === undefined || size === 0 ? usual : size;
}

const world: World = {
  env: process.env,
  cwd: process.cwd(),
  home: homedir(),
  root: process.env['DREY_ROOT'] ?? fileURLToPath(new URL('..', import.meta.url)),
  out: outputOn(process.stdout),
  err: outputOn(process.stderr),
  readInput: () => text(process.stdin),
  now: Date.now,
  interrupted: interruption.signal,
};

process.exitCode = await runCli(world, process.argv.slice(2));
