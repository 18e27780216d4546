/** One run at a time per instance: two that start and stop the same processes at once would undo each other's work. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { startTicksOf } from './process.ts';

const holderShape = z.object({ pid: z.int(), startTicks: z.string(), command: z.string() });

/**
 * Takes the lock of an instance; the caller calls the result to give it back. A holder that has died holds nothing.
 * @throws when a living process holds it.
 */
export function takeLock(stateDir: string, command: string): () => void {
  mkdirSync(stateDir, { recursive: true });
  const file = join(stateDir, 'lock');
  const own = JSON.stringify({ pid: process.pid, startTicks: startTicksOf(process.pid) ?? '', command });
  if (!createOnly(file, own)) {
    const holder = livingHolder(file);
    if (holder) throw new Error(`\`${holder.command}\` (pid ${holder.pid}) is under way here: wait until it has ended`);
    rmSync(file, { force: true });
    if (!createOnly(file, own)) throw new Error('another run took the lock at this very moment: try again');
  }
  return () => rmSync(file, { force: true });
}

/** Whether a living process holds the lock. */
export function isLocked(stateDir: string): boolean {
  return livingHolder(join(stateDir, 'lock')) !== undefined;
}

function createOnly(file: string, content: string): boolean {
  try {
    writeFileSync(file, content, { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}

function livingHolder(file: string): z.infer<typeof holderShape> | undefined {
  try {
    const holder = holderShape.parse(JSON.parse(readFileSync(file, 'utf8')));
    return startTicksOf(holder.pid) === holder.startTicks ? holder : undefined;
  } catch {
    return undefined;
  }
}
