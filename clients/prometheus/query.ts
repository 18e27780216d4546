/** Asks Prometheus for one number. */
import { z } from 'zod';
import { exchange, NoAnswer } from '../http.ts';

/** Why there is no number, for people. */
export class PrometheusError extends Error {
  override readonly name = 'PrometheusError';
}

/** The value of a query now. @throws PrometheusError */
export type PrometheusQuery = (query: string) => Promise<number>;

const value = z.tuple([z.number(), z.string()]);
const told = z.object({
  status: z.literal('success'),
  data: z.discriminatedUnion('resultType', [
    z.object({ resultType: z.literal('scalar'), result: value }),
    z.object({ resultType: z.literal('vector'), result: z.array(z.object({ value })) }),
  ]),
});
const refused = z.object({ status: z.literal('error'), error: z.string() });

/** What is slower is of the reading after this one. */
const timeoutMs = 5_000;

/** @param server such as `http://prometheus:9090`; a path below which it answers may be part of it. */
export function prometheusAt(server: string): PrometheusQuery {
  return async (query) => {
    const url = new URL(`${server.replace(/\/+$/, '')}/api/v1/query`);
    url.searchParams.set('query', query);
    try {
      const { status, body } = await exchange({ url, method: 'GET', timeoutMs });
      return numberIn(status, body);
    } catch (error) {
      if (error instanceof NoAnswer) throw new PrometheusError(error.message, { cause: error });
      throw error;
    }
  };
}

function numberIn(status: number, body: string): number {
  const answer = parsed(body);
  const refusal = refused.safeParse(answer);
  if (refusal.success) throw new PrometheusError(`Prometheus refused the query: ${refusal.data.error}`);
  const read = told.safeParse(answer);
  if (!read.success) throw new PrometheusError(`Prometheus answered ${status}, and not with a number`);
  const { data } = read.data;
  if (data.resultType === 'scalar') return numberOf(data.result[1]);
  const [first, ...others] = data.result;
  if (!first || others.length > 0)
    throw new PrometheusError(`the query gives ${data.result.length} values, and must give one`);
  return numberOf(first.value[1]);
}

/** Prometheus writes infinities as `+Inf` and `-Inf`. */
function numberOf(text: string): number {
  return Number(text.replace(/Inf$/, 'Infinity'));
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
