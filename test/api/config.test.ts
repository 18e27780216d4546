/** Settings and grants: what is taken, and what is refused in which words. */
import { describe, expect, test } from '@jest/globals';
import { readConfig } from '../../api/config.ts';
import { covers, grantSchema } from '../../api/grants.ts';

const hour = 60 * 60_000;
const url = 'postgres://drey:secret@db:5432/drey';

describe('readConfig', () => {
  test('needs only DATABASE_URL', () => {
    expect(readConfig({ DATABASE_URL: url })).toEqual({
      host: '127.0.0.1',
      port: 8080,
      url: 'http://127.0.0.1:8080',
      databaseUrl: url,
      temporalAddress: '127.0.0.1:7233',
      temporalNamespace: 'default',
      logLevel: 'info',
      metricRetention: { raw: 6 * hour, '1m': 7 * 24 * hour, '1h': 400 * 24 * hour },
      observerShards: 1,
    });
  });

  test('keeps metrics for as long as it is told', () => {
    const config = readConfig({
      DATABASE_URL: url,
      DREY_METRICS_KEEP_RAW: '90m',
      DREY_METRICS_KEEP_1M: '3d',
      DREY_METRICS_KEEP_1H: '90d',
    });
    expect(config.metricRetention).toEqual({ raw: 1.5 * hour, '1m': 72 * hour, '1h': 90 * 24 * hour });
  });

  test('takes IPv6, and advertises the address that it is told', () => {
    const config = readConfig({
      DATABASE_URL: url,
      DREY_API_LISTEN: '[::1]:99',
      DREY_API_URL: 'https://drey.example.com/',
    });
    expect(config).toMatchObject({ host: '::1', port: 99, url: 'https://drey.example.com' });
    expect(readConfig({ DATABASE_URL: url, DREY_API_LISTEN: '[::1]:99' }).url).toBe('http://[::1]:99');
  });

  test.each([
    [{}, 'DATABASE_URL'],
    [{ DATABASE_URL: 'mysql://drey:secret@db/drey' }, 'DATABASE_URL'],
    [{ DATABASE_URL: url, DREY_API_LISTEN: '8080' }, 'DREY_API_LISTEN: must be HOST:PORT'],
    [{ DATABASE_URL: url, DREY_API_LISTEN: 'localhost:99999' }, 'DREY_API_LISTEN: has a port above 65535'],
    [{ DATABASE_URL: url, DREY_API_URL: 'drey.example.com' }, 'DREY_API_URL'],
    [{ DATABASE_URL: url, DREY_LOG_LEVEL: 'loud' }, 'DREY_LOG_LEVEL'],
    [{ DATABASE_URL: url, DREY_METRICS_KEEP_RAW: '30d' }, 'DREY_METRICS_KEEP_RAW: must be between 1h and 2d'],
    [{ DATABASE_URL: url, DREY_METRICS_KEEP_1H: 'long' }, 'DREY_METRICS_KEEP_1H: must be a duration'],
  ])('refuses %j, names the variable, and tells no secret', (env, words) => {
    expect(() => readConfig(env)).toThrow(words);
    expect(() => readConfig(env)).not.toThrow('secret');
  });
});

describe('covers', () => {
  test.each([
    ['flink', 'local', 'flink', true],
    ['flink', 'local', 'flink2', false],
    ['flink', 'far', 'flink', false],
    ['fl*', 'local', 'flink', true],
    ['fl*', 'local', 'other', false],
    ['*', 'local', 'anything', true],
    ['*', 'far', 'anything', false],
  ])('a grant of local:%s for %s:%s is %s', (namespace, cluster, wanted, expected) => {
    expect(covers({ cluster: 'local', namespace }, cluster, wanted)).toBe(expected);
  });

  test.each(['', '**', '*a', 'a*b', 'A', 'a/b', '-a', 'a-'])('a grant of namespace %j is refused', (namespace) => {
    expect(grantSchema.safeParse({ cluster: 'local', namespace }).success).toBe(false);
  });
});
