import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { findConfig, type GlobalFlags } from '../../cli/config.ts';
import type { World } from '../../cli/world.ts';

let top: string;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'drey-config-'));
});
afterEach(() => rmSync(top, { recursive: true }));

/** Finds from `work/deep` with the home folder `home` and the CLI in `checkout`, each below the test's folder. */
function find(flags: GlobalFlags = {}, env: Record<string, string> = {}) {
  const cwd = folder('work/deep');
  const world: Pick<World, 'env' | 'cwd' | 'home' | 'root'> = {
    env,
    cwd,
    home: folder('home'),
    root: folder('checkout'),
  };
  return findConfig(world as World, flags);
}

function folder(path: string): string {
  mkdirSync(join(top, path), { recursive: true });
  return join(top, path);
}

function write(path: string, content: object | string, mode = 0o600): void {
  folder(join(path, '..'));
  writeFileSync(join(top, path), typeof content === 'string' ? content : JSON.stringify(content));
  chmodSync(join(top, path), mode);
}

/** What a development stack writes below a folder. */
function stack(at: string, server: string): void {
  write(`${at}/.drey/cli.json`, { server, tokenFile: 'token', tenant: 'dev' });
  write(`${at}/.drey/token`, `token-of-${at}\n`);
}

describe('where the configuration comes from', () => {
  test('flags win over the environment, and that over files', () => {
    stack('work', 'http://file:1');
    const env = { DREY_SERVER: 'http://env:1', DREY_TOKEN: 'env', DREY_TENANT: 'env' };
    expect(find({ server: 'http://flag:1', token: 'flag', tenant: 'flag' }, env)).toEqual({
      server: 'http://flag:1',
      token: 'flag',
      tenant: 'flag',
      tenantIsExplicit: true,
    });
    expect(find({}, env)).toMatchObject({
      server: 'http://env:1',
      token: 'env',
      tenant: 'env',
      tenantIsExplicit: false,
    });
    expect(find()).toMatchObject({ server: 'http://file:1', token: 'token-of-work', tenant: 'dev' });
  });

  test('the nearest stack from here upward wins over that of the CLI, and that over the user’s own file', () => {
    write('home/.config/drey/config.json', { server: 'http://home:1' }, 0o644);
    expect(find()).toEqual({ server: 'http://home:1', token: undefined, tenant: 'default', tenantIsExplicit: false });
    stack('checkout', 'http://checkout:1');
    expect(find()).toMatchObject({ server: 'http://checkout:1', token: 'token-of-checkout' });
    stack('work', 'http://work:1');
    expect(find()).toMatchObject({ server: 'http://work:1' });
    write('named.json', { server: 'http://named:1' });
    expect(find({}, { DREY_CONFIG: join(top, 'named.json') })).toMatchObject({ server: 'http://named:1' });
  });

  test('a token file may be named by flag', () => {
    write('work/deep/mine', 'abc\n');
    expect(find({ server: 'http://a:1', tokenFile: 'mine' })).toMatchObject({ token: 'abc' });
  });
});

describe('what is refused', () => {
  test('another server is not shown the token that stands beside the configured one', () => {
    stack('work', 'http://file:1');
    expect(find({ server: 'http://other:1' }).token).toBeUndefined();
  });

  test('a stack’s file that others may read or write is not trusted', () => {
    stack('work', 'http://file:1');
    chmodSync(join(top, 'work/.drey/cli.json'), 0o644);
    expect(() => find()).toThrow(/is not used: others may read or write it/);
  });

  test.each(['../../home/secret', 'link'])(
    'a stack’s file may not name a token outside its folder: %s',
    (tokenFile) => {
      write('home/secret', 'secret');
      write('work/.drey/cli.json', { server: 'http://file:1', tokenFile });
      symlinkSync(join(top, 'home/secret'), join(top, 'work/.drey/link'));
      expect(() => find()).toThrow(/its tokenFile lies outside its folder/);
    },
  );

  test.each([
    ['{', /is not a JSON object/],
    ['[]', /is not a JSON object/],
    ['{"servr": "http://a"}', /unknown field "servr"/],
    ['{"server": 1}', /"server" is not a string/],
  ])('the file %s', (content, message) => {
    write('work/.drey/cli.json', content);
    expect(() => find()).toThrow(message);
  });

  test('a token file that is missing, or holds more than a token', () => {
    stack('work', 'http://file:1');
    write('work/.drey/token', 'a b\n');
    expect(() => find()).toThrow(/does not hold one token/);
    rmSync(join(top, 'work/.drey/token'));
    expect(() => find()).toThrow(/cannot read the token file/);
  });

  test('a DREY_CONFIG that cannot be read', () => {
    expect(() => find({}, { DREY_CONFIG: '/nowhere.json' })).toThrow(/which DREY_CONFIG names/);
  });
});
