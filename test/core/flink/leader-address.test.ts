import { expect, test } from '@jest/globals';
import { leaderAddress } from '../../../core/flink/leader-address.ts';

const leads = (component: string, path: string) => ({
  [`org.apache.flink.k8s.leader.${component}`]: `1f0c2e4a-0000-4000-8000-000000000000,${path}`,
});
const restServer = leads('restserver', 'http://10.235.1.9:8081');

test.each<[string, Readonly<Record<string, string>>, string | undefined]>([
  ['nobody', {}, undefined],
  ['only who answers REST', restServer, undefined],
  [
    'of Flink 2',
    { ...restServer, ...leads('dispatcher', 'pekko.tcp://flink@10.235.1.7:6123/user/rpc/dispatcher_1') },
    '10.235.1.7',
  ],
  ['with encryption', leads('dispatcher', 'pekko.ssl.tcp://flink@10.235.1.7:6123/user/rpc/dispatcher_0'), '10.235.1.7'],
  ['by IPv6', leads('dispatcher', 'pekko.tcp://flink@[fd00::7]:6123/user/rpc/dispatcher_1'), '[fd00::7]'],
])('%s', (_title, published, address) => {
  expect(leaderAddress(published)).toBe(address);
});
