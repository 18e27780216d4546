/** The prime job on answers of real Flink clusters: whatever becomes of it, it is cleared away and the operation goes on. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { PrimeJob, primeLimits } from '../../activities/cluster/prime-job.ts';
import { connectFlink } from '../../clients/flink/connect.ts';
import { directTransport } from '../../clients/flink/transport.ts';
import { primeJobId } from '../../core/names.ts';
import { recorded, serveRecorded, type Recorded, type RecordedFlink } from '../support/flink-answers.ts';
import { generation } from '../support/generation-fixture.ts';

let server: RecordedFlink;
afterEach(() => server.stop());

const requests = () => server.asked.map(({ request }) => request);

describe.each(['1.20', '2.3'] as const)('Flink %s', (version) => {
  const exchange = (name: string) => recorded(version, name);
  const uploaded = exchange('jar-uploaded').response as { filename: string };
  const jar = uploaded.filename.split('/').at(-1) ?? '';
  const folder = ['jar-uploaded', 'jars', 'jar-deleted', 'overview'].map(exchange);

  const run = async (others: readonly Recorded[], limits = primeLimits) => {
    server = await serveRecorded([...others, ...folder]);
    const flink = connectFlink(directTransport(server.url));
    const { signal } = new AbortController();
    return new PrimeJob({ flink, generation: generation(), jar: Buffer.from('PK'), signal, limits }).run();
  };
  const listed = (state: string, endTime: number): Recorded => {
    const { response, ...rest } = exchange('jobs-overview');
    const [job] = (response as { jobs: object[] }).jobs;
    const own = { ...job, jid: primeJobId(generation().identity), state, 'end-time': endTime };
    return { ...rest, response: { jobs: [own] } };
  };

  test('one that ran before is not run again', async () => {
    expect(await run([listed('FINISHED', 1_795_298_592_514)])).toEqual({});
    expect(requests()).toEqual(['GET /jobs/overview', 'GET /jars', `DELETE /jars/${jar}`]);
  });

  test('a Flink that refuses it again and again is left alone, without its jar', async () => {
    const refusal = { ...exchange('run-main-threw'), request: `POST /jars/${jar}/run` };
    const outcome = await run([exchange('jobs-overview'), refusal]);
    expect(outcome.trouble).toMatch(/Flink answered 400: SQLException/);
    expect(requests().filter((request) => request === refusal.request)).toHaveLength(4);
    expect(requests().at(-1)).toBe(`DELETE /jars/${jar}`);
    const sent = server.asked.find(({ request }) => request === refusal.request)?.body;
    expect(sent).toMatchObject({
      jobId: primeJobId(generation().identity),
      // A task for every slot that is registered.
      parallelism: 2,
      programArgsList: expect.arrayContaining([
        'execution.checkpointing.dir=file:///flink-state/high-availability/k3jx9a2b/2/prime',
      ]),
    });
  });

  test('one that failed is told, and stays ended', async () => {
    const outcome = await run([listed('FAILED', 1_795_298_592_514)]);
    expect(outcome.trouble).toBe('it is failed');
    expect(requests().some((request) => request.startsWith('PATCH'))).toBe(false);
  });

  test('one that does not end is cancelled', async () => {
    const outcome = await run([listed('RUNNING', -1)], { runMs: 500, cancelMs: 200 });
    expect(outcome.trouble).toBe('it did not end within 0.5 s');
    expect(requests()).toContain(`PATCH /jobs/${primeJobId(generation().identity)}?mode=cancel`);
  });
});
