/** One process plays the JobManagers of a fleet: one server, which tells by the Service that was asked whose turn it is. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { PlayedJobManager, type PlayedAnswer, type PlayedJob } from './played-job-manager.ts';

export class PlayedFleet {
  private readonly jobManagers = new Map<string, PlayedJobManager>();
  private readonly asked = new Map<string, number>();
  private readonly unrecorded = new Map<string, number>();
  private readonly server = createServer((request, response) => this.serve(request, response));
  requests = 0;

  /** Listens where the API server, or an agent, reaches it. @throws where the address is not this machine's, or is taken. */
  async listen(host: string, port: number): Promise<number> {
    // The API server keeps its connections for longer than Node would: one closed under it is an answer lost.
    this.server.keepAliveTimeout = 10 * 60_000;
    this.server.listen(port, host);
    await once(this.server, 'listening');
    const address = this.server.address();
    return typeof address === 'object' && address ? address.port : port;
  }

  async close(): Promise<void> {
    if (!this.server.listening) return;
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }

  /** @param service the name of the Service in front of it. */
  play(service: string, job: PlayedJob): void {
    this.jobManagers.set(service, new PlayedJobManager(job));
  }

  /** All jobs fail at once. */
  failAll(nowMs: number): void {
    for (const jobManager of this.jobManagers.values()) jobManager.fail(nowMs);
  }

  /** Begins to count anew which JobManagers were asked. */
  forgetAsked(): void {
    this.asked.clear();
    this.requests = 0;
  }

  /** When the last of the JobManagers was asked for the first time since; undefined while some were not. */
  allAskedAtMs(): number | undefined {
    if (this.asked.size < this.jobManagers.size) return undefined;
    return Math.max(...this.asked.values());
  }

  /** What was asked for and not recorded, with how often: benchmarks print it, for it is answered as Flink answers a wrong path. */
  notPlayed(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.unrecorded);
  }

  /** @param service as in the request. */
  answer(service: string | undefined, method: string, path: string, nowMs: number): PlayedAnswer {
    this.requests += 1;
    const jobManager = service === undefined ? undefined : this.jobManagers.get(service);
    if (service !== undefined && jobManager && !this.asked.has(service)) this.asked.set(service, nowMs);
    const answer = jobManager?.answer(method, path, nowMs);
    if (answer) return answer;
    const what = `${method} ${path.replaceAll(/[0-9a-f]{32}/g, ':id')}`;
    this.unrecorded.set(what, (this.unrecorded.get(what) ?? 0) + 1);
    return { status: 404, response: { errors: [`Unable to load requested file ${path}.`] } };
  }

  private serve(request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    const { method = 'GET', url = '/' } = request;
    const { status, response: body } = this.answer(serviceOf(request), method, url, Date.now());
    response.statusCode = status;
    response.setHeader('content-type', 'application/json; charset=UTF-8');
    response.end(JSON.stringify(body));
  }
}

/** The API server's proxy says for which path it asks, and whoever asks directly names the Service as the host. */
function serviceOf({ headers }: IncomingMessage): string | undefined {
  const forwarded = headers['x-forwarded-uri'];
  const [, proxied] = /\/services\/([^/:]+)[:/]/.exec(typeof forwarded === 'string' ? forwarded : '') ?? [];
  return proxied ?? headers.host?.split('.')[0];
}
