import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { requireGo } from '../../deploy/dev/kubernetes/tools.ts';

const path = process.env['PATH'];
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drey-go-'));
  process.env['PATH'] = folder;
});

afterEach(() => {
  process.env['PATH'] = path;
  rmSync(folder, { recursive: true, force: true });
});

function installGo(script: string): void {
  const file = join(folder, 'go');
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

test('without Go the node’s build says which is needed and where it is had', async () => {
  await expect(requireGo()).rejects.toThrow(
    /Go 1\.24 or newer, and the PATH has none that works: .*https:\/\/go\.dev\/dl/,
  );
});

test.each([
  ['is too old', 'echo go1.19.8', /Go 1\.24 or newer, and the PATH has go1\.19\.8: install it from/],
  ['cannot fetch a newer one', 'echo toolchain not available >&2; exit 1', /none that works: install it from/],
])('a Go that %s is refused, with the same cure', async (_, script, why) => {
  installGo(script);
  await expect(requireGo()).rejects.toThrow(why);
});

test.each(['go1.24.0', 'go1.30', 'devel go1.27-abcdef'])('%s is taken', async (version) => {
  installGo(`echo '${version}'`);
  await expect(requireGo()).resolves.toBeUndefined();
});
