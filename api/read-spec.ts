/** Judges a spec that was sent: its shape, its name, and whether the tenant may run it there. */
import type { FlinkJob } from '../core/schema/flink-job.ts';
import { parseFlinkJob } from '../core/schema/parse-flink-job.ts';
import { nearestName } from '../core/spec/nearest-name.ts';
import { specBytesMax } from '../core/spec/plain-value.ts';
import { problem, type SpecProblem } from '../core/spec/problem.ts';
import { covers } from './grants.ts';
import { Problem } from './problem.ts';
import type { JobRef } from './read-job.ts';
import { allClusters, type Services } from './services.ts';

/** The spec with its defaults. The path names the job, so the spec may leave name and tenant out, but not differ. */
export function readSpec(input: unknown, ref: JobRef): FlinkJob {
  const parsed = parseFlinkJob(named(input, ref));
  if ('problems' in parsed) throw specRefused(parsed.problems);
  const { metadata } = parsed.job;
  const differs = (['name', 'tenant'] as const).filter((field) => metadata[field] !== ref[field]);
  if (differs.length === 0) return parsed.job;
  throw specRefused(
    differs.map((field) =>
      problem(['metadata', field], `is ${metadata[field]}, but the path says ${ref[field]}`, 'Make them the same.'),
    ),
  );
}

/** Checks that the cluster is known and the tenant may use the namespace. */
export async function checkPlacement(services: Services, tenant: string, job: FlinkJob): Promise<void> {
  const { cluster, namespace } = job.spec;
  const names = await knownClusters(services, cluster);
  if (!names.includes(cluster)) throw clusterUnknown(cluster, names);
  const grants = await grantsOf(services, tenant, cluster, namespace);
  if (grants.some((grant) => covers(grant, cluster, namespace))) return;
  const usable = grants.map((grant) => `${grant.cluster}:${grant.namespace}`).slice(0, 20);
  const hint = usable.length > 0 ? `It may use ${usable.join(', ')}.` : 'It may use none yet.';
  const message = `is ${namespace}, which tenant ${tenant} may not use on cluster ${cluster}`;
  throw new Problem('NAMESPACE_NOT_GRANTED', `spec.namespace ${message}.`, {
    cure: `${hint} An administrator grants more with PUT /v1/tenants/${tenant}.`,
    problems: [problem(['spec', 'namespace'], message, hint)],
  });
}

function named(input: unknown, ref: JobRef): unknown {
  if (!isMap(input)) return input;
  const metadata = input['metadata'] ?? {};
  if (!isMap(metadata)) return input;
  return { ...input, metadata: { name: ref.name, tenant: ref.tenant, ...metadata } };
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function specRefused(problems: readonly SpecProblem[]): Problem {
  const [first] = problems;
  if (first?.path === '' && first.message.startsWith('is larger'))
    return new Problem('TOO_LARGE', `The spec is larger than ${specBytesMax / 1024} KB.`, {
      cure: cureOf(first),
      problems,
    });
  const words = first ? `${first.path || 'The spec'} ${first.message}` : 'The spec is not valid';
  const more = problems.length > 1 ? `, and ${problems.length - 1} more` : '';
  return new Problem('SPEC_REFUSED', `${words}${more}.`, { cure: cureOf(first), problems });
}

function cureOf(first: SpecProblem | undefined): string {
  return first?.hint ?? 'Correct that: docs/spec.md says what each field may be.';
}

async function knownClusters({ clusters }: Services, wanted: string): Promise<string[]> {
  const names = (await clusters.get(allClusters)).map(({ name }) => name);
  if (names.includes(wanted)) return names;
  // It may have been made known a moment ago, through another process.
  return (await clusters.refresh(allClusters)).map(({ name }) => name);
}

async function grantsOf({ tenants }: Services, tenant: string, cluster: string, namespace: string) {
  const known = (await tenants.get(tenant))?.grants ?? [];
  if (known.some((grant) => covers(grant, cluster, namespace))) return known;
  return (await tenants.refresh(tenant))?.grants ?? [];
}

function clusterUnknown(cluster: string, names: readonly string[]): Problem {
  const near = nearestName(cluster, names);
  const hint = near ? `Did you mean ${near}?` : 'GET /v1/clusters lists the known ones.';
  const message = `names the cluster ${cluster}, which is not known`;
  return new Problem('CLUSTER_UNKNOWN', `spec.cluster ${message}.`, {
    cure: hint,
    problems: [problem(['spec', 'cluster'], message, hint)],
  });
}
