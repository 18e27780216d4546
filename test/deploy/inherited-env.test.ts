import { expect, test } from '@jest/globals';
import { inheritedEnv } from '../../deploy/dev/inherited-env.ts';

test('lets through nothing that names a server, a database or a cluster of the caller’s own', () => {
  const foreign = ['DREY_SERVER', 'DREY_TOKEN', 'DREY_TENANT', 'DREY_CONFIG', 'TEMPORAL_ADDRESS', 'TEMPORAL_API_KEY'];
  const others = ['PGHOST', 'DATABASE_URL', 'KUBECONFIG', 'NODE_OPTIONS'];
  const env = Object.fromEntries([...foreign, ...others, 'PATH', 'HOME', 'HTTPS_PROXY'].map((name) => [name, 'x']));
  expect(inheritedEnv(env)).toEqual({ PATH: 'x', HOME: 'x', HTTPS_PROXY: 'x' });
});
