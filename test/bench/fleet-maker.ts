/**
 * Makes a fleet: real objects in the API server, real workflows in Temporal, real records in PostgreSQL; only the JobManagers are played.
 * And takes it away again.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { KubernetesClient } from '../../clients/kubernetes/client.ts';
import { isWorkflowGone } from '../../clients/temporal/errors.ts';
import { addGrants } from '../../clients/postgres/tenants.ts';
import type { Generation } from '../../core/generation.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { searchTenant } from '../../workflows/search-attributes.ts';
import { fleetJob, fleetNamespace, fleetTenant, type FleetJob, type RecoveryPolicy } from './fleet-job.ts';
import { fleetAnchor, fleetEndpoints, fleetObjects, podNames, podStatus, podStatusPath } from './fleet-objects.ts';
import { startFleetWorkflow } from './fleet-workflow.ts';
import type { PlayedFleet } from './played-fleet.ts';
import { several } from './several.ts';
import type { StackParts } from './stack-parts.ts';

/** Requests to the API server, and starts of workflows, at once. */
const objectsAtOnce = 24;
const startsAtOnce = 16;

const callMs = 60_000;

export interface FleetWorld {
  readonly kubernetes: KubernetesClient;
  readonly parts: StackParts;
  readonly played: PlayedFleet;
  /** Where the API server reaches what plays the JobManagers. */
  readonly address: string;
  readonly say: (line: string) => void;
}

export class FleetMaker {
  private readonly world: FleetWorld;
  private readonly policy: RecoveryPolicy;
  private readonly run = Date.now().toString(36).slice(-4, -1).padEnd(4, '0');
  private size = 0;

  constructor(world: FleetWorld, policy: RecoveryPolicy) {
    this.world = world;
    this.policy = policy;
  }

  /** Makes an empty place for it, where an earlier run may have left something. */
  async begin(): Promise<void> {
    await this.clear();
    const { kubernetes, parts } = this.world;
    await kubernetes.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: fleetNamespace } });
    await addGrants(parts.postgres, fleetTenant, [{ cluster: 'local', namespace: fleetNamespace }]);
    // Pods are refused before it is there.
    const account = () => kubernetes.get('ServiceAccount', fleetNamespace, 'default');
    await waitUntil(async () => (await account()) !== undefined, { what: 'the service account', timeoutMs: callMs });
  }

  /** Lets it grow to so many jobs. */
  async growTo(size: number): Promise<void> {
    const createdAt = new Date().toISOString();
    const indexes = Array.from({ length: Math.max(0, size - this.size) }, (_, index) => this.size + index);
    const jobs = indexes.map((index) => fleetJob({ index, run: this.run, policy: this.policy, createdAt }));
    const { parts, played, say } = this.world;
    const startedAtMs = Date.parse(createdAt);
    for (const { service, flinkJobId, generation } of jobs)
      played.play(service, { jobId: flinkJobId, name: generation.identity.name, startedAtMs });
    const beganAt = performance.now();
    // Their workflows come first: who observes a job may have something to tell.
    await several(jobs, startsAtOnce, (job) => startFleetWorkflow(parts.temporal.client, job));
    say(`${jobs.length} workflows started in ${secondsSince(beganAt)}`);
    await this.recorded(size);
    say(`all of them recorded after ${secondsSince(beganAt)}`);
    await several(jobs, objectsAtOnce, (job) => this.makeObjects(job));
    say(`objects of ${jobs.length} jobs made after ${secondsSince(beganAt)}`);
    this.size = size;
  }

  /** Ends what there is of it, and of earlier ones. */
  async clear(): Promise<void> {
    await this.endWorkflows();
    await this.removeNamespace();
    await this.forgetRecords();
    this.size = 0;
  }

  private async recorded(size: number): Promise<void> {
    const sql = 'select count(*)::integer as count from jobs where tenant = $1';
    const isDone = async () => {
      const { rows } = await this.world.parts.postgres.query<{ count: number }>(sql, [fleetTenant]);
      return (rows[0]?.count ?? 0) >= size;
    };
    await waitUntil(isDone, { what: `${size} jobs to be recorded`, timeoutMs: 3_600_000, stepMs: 500 });
  }

  private async makeObjects({ generation }: FleetJob): Promise<void> {
    const { kubernetes, address } = this.world;
    const call = { timeoutMs: callMs };
    const anchor = fleetAnchor(generation);
    const rest = { ...anchor, metadata: { ...anchor.metadata, annotations: {} } };
    // What says that it has run comes last: until then nobody observes it.
    const { metadata } = await kubernetes.apply(rest, call);
    const objects = fleetObjects(generation, metadata.uid);
    for (const object of objects) await kubernetes.apply(object, call);
    for (const name of podNames(objects)) await this.setUp(name, address);
    await this.lead(generation, address);
    await kubernetes.apply(anchor, call);
  }

  private async lead(generation: Generation, address: string): Promise<void> {
    const { status, body } = await this.world.kubernetes.raw({
      method: 'POST',
      path: `/api/v1/namespaces/${fleetNamespace}/endpoints`,
      body: JSON.stringify(fleetEndpoints(generation, address)),
      timeoutMs: callMs,
    });
    if (status !== 201) throw new Error(`the endpoints of ${generation.identity.name} were not taken: ${body}`);
  }

  private async setUp(pod: string, address: string): Promise<void> {
    const status = podStatus(address, new Date().toISOString());
    const answer = await this.world.kubernetes.raw({
      method: 'PATCH',
      path: podStatusPath({ namespace: fleetNamespace, name: pod }),
      contentType: 'application/merge-patch+json',
      body: JSON.stringify({ status }),
      timeoutMs: callMs,
    });
    if (answer.status !== 200) throw new Error(`the status of pod ${pod} was not taken: ${answer.body}`);
  }

  private async endWorkflows(): Promise<void> {
    const { client } = this.world.parts.temporal;
    const query = `${searchTenant.name} = '${fleetTenant}' and ExecutionStatus = 'Running'`;
    for (;;) {
      const ids: string[] = [];
      for await (const { workflowId } of client.workflow.list({ query, pageSize: 1_000 })) ids.push(workflowId);
      if (ids.length === 0) return;
      this.world.say(`ending ${ids.length} workflows of a fleet`);
      await several(ids, startsAtOnce, (id) => this.endWorkflow(id));
      // What has ended is listed for a moment more.
      await pause(1_000);
    }
  }

  private async endWorkflow(id: string): Promise<void> {
    try {
      await this.world.parts.temporal.client.workflow.getHandle(id).terminate('the benchmark is over');
    } catch (error) {
      if (!isWorkflowGone(error)) throw error;
    }
  }

  private async removeNamespace(): Promise<void> {
    const { kubernetes } = this.world;
    if (!(await kubernetes.delete('Namespace', '', fleetNamespace, { timeoutMs: callMs }))) return;
    const isGone = async () => (await kubernetes.get('Namespace', '', fleetNamespace)) === undefined;
    await waitUntil(isGone, { what: 'the fleet’s namespace to be gone', timeoutMs: 3_600_000, stepMs: 1_000 });
  }

  private async forgetRecords(): Promise<void> {
    const { postgres } = this.world.parts;
    for (const table of ['operations', 'events', 'revisions', 'savepoints'])
      await postgres.query(`delete from ${table} where uid in (select uid from jobs where tenant = $1)`, [fleetTenant]);
    await postgres.query('delete from jobs where tenant = $1', [fleetTenant]);
    await postgres.query('delete from tenants where name = $1', [fleetTenant]);
  }
}

function secondsSince(beganAt: number): string {
  return `${((performance.now() - beganAt) / 1000).toFixed(0)} s`;
}
