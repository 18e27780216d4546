/** Objects that are followed, or waited for, where the API server does not answer for a while. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Follower } from '../../clients/kubernetes/client.ts';
import { KubernetesError } from '../../clients/kubernetes/errors.ts';
import { connectPlain } from '../support/kubeconfig.ts';

let server: Server;
/** How many requests are answered before the rest are broken off. */
let answered: number;
/** What is broken off before it answers again. */
let broken: number;
let listed: number;

beforeEach(async () => {
  [answered, broken, listed] = [1, Infinity, 0];
  server = createServer((request, response) => {
    if (answered === 0 && broken > 0) {
      broken -= 1;
      return response.destroy();
    }
    answered = Math.max(0, answered - 1);
    if (!request.url?.includes('watch=true')) listed += 1;
    return response.end(JSON.stringify({ metadata: { resourceVersion: '1' }, items: [] }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => void server.close());

async function follow(patienceMs: number, signal = new AbortController().signal, onList: () => void = () => undefined) {
  const kubernetes = connectPlain(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const follower: Follower<'Pod'> = { replaced: onList, changed: () => undefined, deleted: () => undefined };
  try {
    await kubernetes.follow('Pod', 'any', {}, follower, { signal, patienceMs });
  } finally {
    kubernetes.close();
  }
}

test('one that answers no more is given up after as long as it was said', async () => {
  await expect(follow(300)).rejects.toThrow(KubernetesError);
  expect(listed).toBe(1);
});

test('one that has never answered is given up, too', async () => {
  answered = 0;
  await expect(follow(300)).rejects.toThrow(KubernetesError);
  expect(listed).toBe(0);
});

test('one that answers again in time is not', async () => {
  broken = 2;
  const ending = new AbortController();
  const onList = () => {
    if (listed > 1) ending.abort();
  };
  await expect(follow(60_000, ending.signal, onList)).resolves.toBeUndefined();
  expect(listed).toBeGreaterThan(1);
});

test('one that is waited for ends with that, and not with the time of the wait: another agent may reach the server', async () => {
  const kubernetes = connectPlain(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const options = { timeoutMs: 60_000, patienceMs: 300 };
  const waiting = kubernetes.watchUntil('Pod', 'any', {}, () => undefined, options);
  await expect(waiting).rejects.toMatchObject({ name: 'KubernetesError', retryable: true });
  kubernetes.close();
});
