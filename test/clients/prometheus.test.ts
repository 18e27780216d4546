/** Asking Prometheus, on the answers that its documentation gives for each kind of query. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { PrometheusError, prometheusAt } from '../../clients/prometheus/query.ts';

let server: Server | undefined;
afterEach(() => void server?.close());

/** A server that answers so; what it was asked. */
async function answering(status: number, body: string): Promise<{ readonly url: string; readonly asked: string[] }> {
  const asked: string[] = [];
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(status).end(body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  // A server that listens on TCP has such an address.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/below/`, asked };
}

const success = (resultType: string, result: unknown) =>
  JSON.stringify({ status: 'success', data: { resultType, result } });
const series = (...values: string[]) => values.map((value) => ({ metric: { job: 'a' }, value: [1.5, value] }));

describe('a query', () => {
  test.each<[string, string, number]>([
    ['that gives one series', success('vector', series('12.5')), 12.5],
    ['that gives a scalar', success('scalar', [1.5, '3']), 3],
    ['without a bound', success('scalar', [1.5, '+Inf']), Infinity],
    ['that gives no number', success('vector', series('NaN')), Number.NaN],
  ])('%s has a value', async (_, body, value) => {
    const { url, asked } = await answering(200, body);
    expect(await prometheusAt(url)('sum(rate(x[5m]))')).toBe(value);
    expect(asked).toEqual(['/below/api/v1/query?query=sum%28rate%28x%5B5m%5D%29%29']);
  });

  test.each<[string, number, string, string]>([
    ['that gives nothing', 200, success('vector', []), 'gives 0 values'],
    ['that gives several', 200, success('vector', series('1', '2')), 'gives 2 values'],
    ['that is a text', 200, success('string', [1, 'x']), 'not with a number'],
    [
      'that is wrong',
      400,
      JSON.stringify({ status: 'error', errorType: 'bad_data', error: 'parse error' }),
      'parse error',
    ],
    ['where something else answers', 404, '<html>', 'answered 404'],
  ])('%s says why it has none', async (_, status, body, why) => {
    const { url } = await answering(status, body);
    const error: unknown = await prometheusAt(url)('x').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PrometheusError);
    expect(String(error)).toContain(why);
  });

  test('where nobody answers says so', async () => {
    await expect(prometheusAt('http://127.0.0.1:9')('x')).rejects.toBeInstanceOf(PrometheusError);
  });
});
