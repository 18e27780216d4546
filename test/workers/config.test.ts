/** Settings of the processes: a variable that is set to nothing is not set. */
import { describe, expect, test } from '@jest/globals';
import { agentSettings } from '../../agent/config.ts';
import { readConfig } from '../../api/config.ts';
import { workerSettings } from '../../workers/config.ts';

const worker = { DATABASE_URL: 'postgres://drey@db/drey' };
const agent = { DREY_CLUSTER: 'local', DREY_STORAGE_TOOL_JAR: 'tool.jar', DREY_PRIME_JOB_JAR: 'prime.jar' };

describe('a variable that is empty', () => {
  test.each(['DREY_WORKFLOWS_CACHED', 'TEMPORAL_ADDRESS', 'DREY_METRICS_LISTEN'])(
    'is absent: %s of a worker',
    (name) => {
      expect(workerSettings({ ...worker, [name]: '' })).toEqual(workerSettings(worker));
    },
  );

  test.each(['DREY_ACTIVITIES_MAX', 'TEMPORAL_NAMESPACE', 'DREY_API_URL'])('is absent: %s of an agent', (name) => {
    expect(agentSettings({ ...agent, [name]: '' })).toEqual(agentSettings(agent));
  });

  test.each(['DREY_OBSERVER_SHARDS', 'TEMPORAL_ADDRESS', 'DREY_API_LISTEN'])('is absent: %s of the API', (name) => {
    expect(readConfig({ ...worker, [name]: '' })).toEqual(readConfig(worker));
  });

  test('is missing where it must be there', () => {
    expect(() => workerSettings({ DATABASE_URL: '' })).toThrow('DATABASE_URL');
  });
});

test('a worker may keep no workflows at all', () => {
  expect(workerSettings({ ...worker, DREY_WORKFLOWS_CACHED: '0' }).DREY_WORKFLOWS_CACHED).toBe(0);
});

describe('whether a worker makes its build current', () => {
  test.each([
    [undefined, 'never'],
    ['', 'never'],
    ['false', 'never'],
    ['true', 'whenNew'],
    ['force', 'always'],
  ])('%j is %s', (text, wish) => {
    expect(workerSettings({ ...worker, DREY_MAKE_CURRENT: text }).DREY_MAKE_CURRENT).toBe(wish);
  });

  test('is said in one of three words', () => {
    expect(() => workerSettings({ ...worker, DREY_MAKE_CURRENT: 'forced' })).toThrow('must be true, false or force');
  });
});
