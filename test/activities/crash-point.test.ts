/** A crash point strikes at the call that it names, and at no other. */
import { mkdtempSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { asyncLocalStorage, type Context } from '@temporalio/activity';
import { CrashPoints, type CrashPoint } from '../../activities/crash-point.ts';

const folder = mkdtempSync(join(tmpdir(), 'crash-point-'));
const file = join(folder, 'crash.json');

const client = {
  apply: async (object: { readonly kind: string }) => object.kind,
  scale: async (kind: string) => kind,
  cancel: async (job: string) => job,
};

/** The activity asks for all that; it is not held for long. @returns whether it came to the point */
async function reaches(calls: readonly string[], nth = 1): Promise<boolean> {
  const point: CrashPoint = { id: 'one', activity: 'stopJob', nth, when: 'call', calls: [...calls], action: 'hold' };
  writeFileSync(file, JSON.stringify(point));
  writeFileSync(`${file}.go`, '');
  const struck = new CrashPoints(file).within(client);
  const info = { activityType: 'stopJob', activityId: '1', workflowExecution: { runId: 'run' } };
  await asyncLocalStorage.run({ info } as unknown as Context, async () => {
    await struck.apply({ kind: 'ConfigMap' });
    await struck.scale('Deployment');
    await struck.cancel('a0cfd318');
  });
  return existsSync(`${file}.reached`);
}

beforeEach(() => rmSync(`${file}.reached`, { force: true }));
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ['any call', [], true],
  ['a call by its name', ['scale'], true],
  ['one of several', ['runJar', 'cancel'], true],
  ['a call about an object of that kind', ['apply ConfigMap'], true],
  ['the same where the kind comes first', ['scale Deployment'], true],
  ['no call about another kind', ['apply Service', 'scale Job'], false],
  ['no call that was not made', ['runJar'], false],
] as const)('it is %s', async (_title, calls, is) => expect(await reaches(calls)).toBe(is));

test('it is in the activity that it counts to', async () => expect(await reaches([], 2)).toBe(false));
