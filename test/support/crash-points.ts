/** Makes a process of the stack die, or stand still, at a point of an activity; and brings back whatever has died. */
import { randomUUID } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CrashPoint } from '../../activities/crash-point.ts';
import { processName, restartDreyProcess } from '../../deploy/dev/drey-processes.ts';
import { stackPaths, testInstance } from '../../deploy/dev/paths.ts';
import { livingProcess, pause, waitUntil } from '../../deploy/dev/process.ts';

const paths = stackPaths(testInstance);
const file = join(paths.stateDir, 'crash.json');

/** Says at which point it shall happen; the next that comes to it does. */
export function arm(point: CrashPoint): void {
  disarm();
  writeFileSync(file, JSON.stringify({ ...point, id: randomUUID() }));
}

export function wasReached(): boolean {
  return existsSync(`${file}.reached`);
}

export function awaitReached(what: string): Promise<boolean> {
  return waitUntil(async () => wasReached(), { what, timeoutMs: 180_000, stepMs: 10 });
}

/** Lets an activity go on that is held. */
export function release(): void {
  writeFileSync(`${file}.go`, '');
}

export function disarm(): void {
  for (const ending of ['', '.reached', '.go']) rmSync(`${file}${ending}`, { force: true });
}

/** Starts again what has died, until `act` has ended: as Kubernetes does with Drey's own pods. */
export async function keepingAlive<T>(act: () => Promise<T>): Promise<T> {
  const end = { isThere: false };
  const guard = (async () => {
    while (!end.isThere) {
      for (const kind of ['agent', 'worker'] as const)
        if (!livingProcess(paths.runDir, processName(kind))) await restartDreyProcess(paths, kind);
      await pause(100);
    }
  })();
  try {
    return await act();
  } finally {
    end.isThere = true;
    await guard;
  }
}
