/** Waiting for objects of a real API server, over a connection that breaks. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { KubernetesClient } from '../../clients/kubernetes/client.ts';
import { WaitTimedOut } from '../../clients/kubernetes/errors.ts';
import type { ObjectOf } from '../../clients/kubernetes/kinds.ts';
import { startCuttableProxy, type CuttableProxy } from '../support/cuttable-proxy.ts';
import { connectAt, connectPlain, serverOf } from '../support/kubeconfig.ts';
import { testKubeconfig, testNamespace, type TestNamespace } from '../support/kubernetes.ts';

let scope: TestNamespace;
let proxy: CuttableProxy;
let watcher: KubernetesClient;

beforeAll(async () => {
  scope = await testNamespace('watch');
  const server = serverOf(testKubeconfig());
  proxy = await startCuttableProxy({ host: server.hostname, port: Number(server.port) });
  watcher = connectAt(testKubeconfig(), `https://127.0.0.1:${proxy.port}`);
});

afterAll(async () => {
  watcher.close();
  await proxy.stop();
  await scope.remove();
});

function make(name: string, value: string): Promise<unknown> {
  const metadata = { name, namespace: scope.namespace, labels: { group: name } };
  return scope.kubernetes.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { value } });
}

type Decide<R> = (objects: readonly ObjectOf<'ConfigMap'>[]) => R | undefined | Promise<R | undefined>;

function watch<R>(
  group: string,
  decide: Decide<R>,
  options: { timeoutMs?: number; signal?: AbortSignal } = {},
): Promise<R> {
  const selection = { labelSelector: `group=${group}` };
  const evaluateEveryMs = 50;
  return watcher.watchUntil('ConfigMap', scope.namespace, selection, decide, {
    timeoutMs: 20_000,
    evaluateEveryMs,
    ...options,
  });
}

/** Collects the values seen, and acts when each is seen for the first time. */
function seeing(acts: Readonly<Record<string, () => unknown>>, last: string): { seen: string[]; decide: Decide<true> } {
  const seen: string[] = [];
  return {
    seen,
    decide: async (objects) => {
      const value = objects[0]?.data?.['value'] ?? 'none';
      if (seen.at(-1) === value) return undefined;
      seen.push(value);
      await acts[value]?.();
      return value === last ? true : undefined;
    },
  };
}

describe('watchUntil', () => {
  test('sees an object made, changed and deleted', async () => {
    let deleted = false;
    const { seen, decide } = seeing(
      {
        none: () => (deleted ? undefined : make('life', 'made')),
        made: () => make('life', 'changed'),
        changed: async () => {
          deleted = true;
          await scope.kubernetes.delete('ConfigMap', scope.namespace, 'life');
        },
      },
      'never',
    );
    await watch('life', async (objects) => {
      await decide(objects);
      return deleted && objects.length === 0 ? true : undefined;
    });
    expect(seen).toEqual(['none', 'made', 'changed', 'none']);
  });

  test('goes on where it was after its connection broke', async () => {
    const { seen, decide } = seeing(
      {
        none: () => make('cut', 'one'),
        one: async () => {
          proxy.cut();
          await make('cut', 'two');
        },
      },
      'two',
    );
    await watch('cut', decide);
    expect(seen).toEqual(['none', 'one', 'two']);
  });

  test('waits out a server that takes no connections', async () => {
    let refusedFrom = 0;
    await make('away', 'one');
    const { decide } = seeing(
      {
        one: async () => {
          proxy.refuse(true);
          proxy.cut();
          refusedFrom = proxy.made;
          await make('away', 'two');
        },
      },
      'two',
    );
    await watch('away', (objects) => {
      if (refusedFrom > 0 && proxy.made > refusedFrom + 1) proxy.refuse(false);
      return decide(objects);
    });
    expect(proxy.made).toBeGreaterThan(refusedFrom + 1);
  });

  test('asks again while nothing happens', async () => {
    let asked = 0;
    await watch('quiet', () => ((asked += 1) === 5 ? true : undefined));
    expect(asked).toBe(5);
  });

  test('ends when its time is up, naming what it waited for', async () => {
    const waiting = watch('nothing', () => undefined, { timeoutMs: 100 });
    await expect(waiting).rejects.toThrow(WaitTimedOut);
    await expect(waiting).rejects.toThrow(/100 ms for ConfigMap .*group=nothing/);
  });

  test('ends with the reason of its signal', async () => {
    const abort = new AbortController();
    const decide = () => {
      abort.abort(new Error('not needed any more'));
      return undefined;
    };
    await expect(watch('aborted', decide, { signal: abort.signal })).rejects.toThrow('not needed any more');
    await expect(watch('aborted', decide, { signal: abort.signal })).rejects.toThrow('not needed any more');
  });

  test('ends with what the decision throws', async () => {
    const thrown = watch('thrown', () => {
      throw new Error('this will not do');
    });
    await expect(thrown).rejects.toThrow('this will not do');
  });

  test('ends at once where the server refuses', async () => {
    const selection = { labelSelector: 'not a selector!' };
    const refused = watcher.watchUntil('Pod', scope.namespace, selection, () => true, { timeoutMs: 20_000 });
    await expect(refused).rejects.toMatchObject({ status: 400 });
  });

  test('leaves no connection open behind it', async () => {
    await watch('left', () => true);
    watcher.close();
    await watch('left', (objects) => (proxy.open <= 2 ? { left: objects.length } : undefined));
    expect(proxy.open).toBeLessThanOrEqual(2);
  });
});

test('a version that the server no longer has is read anew', async () => {
  const expired = JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } });
  const answers = [podList('1', []), `${expired}\n`, podList('7', ['found'])];
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url?.includes('watch=true') ? 'watch' : 'list');
    response.end(answers.shift());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const kubernetes = connectPlain(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const found = await kubernetes.watchUntil('Pod', 'any', {}, (pods) => pods[0]?.metadata.name, { timeoutMs: 10_000 });
  expect(found).toBe('found');
  expect(asked.slice(0, 3)).toEqual(['list', 'watch', 'list']);
  kubernetes.close();
  server.close();
});

function podList(version: string, names: readonly string[]): string {
  const items = names.map((name) => ({ metadata: { name, uid: name, resourceVersion: version } }));
  return JSON.stringify({ metadata: { resourceVersion: version }, items });
}
