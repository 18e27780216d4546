/** The parts that everything else needs: Temporal, PostgreSQL, Kubernetes and Flink images, started side by side. */
import { join } from 'node:path';
import { ensureTemporalBinary } from './temporal-binary.ts';
import { chooseCluster, ensureCluster, type ClusterChoice, type DevCluster } from './cluster.ts';
import { ensureJobNamespace } from './cluster-storage.ts';
import { prepareImages, importImages, type FlinkImages } from './flink-images.ts';
import type { StackPaths } from './paths.ts';
import type { PortName } from './ports.ts';
import { startPostgres, type PostgresServer } from './postgres.ts';
import type { Progress, ReportLine } from './progress.ts';
import { startTemporal, type TemporalServer } from './temporal.ts';

export interface StackOptions {
  readonly paths: StackPaths;
  readonly context: string | undefined;
  readonly flinkLines: readonly string[];
  /** First choice of each port; 0 for any free one. */
  readonly ports: Readonly<Record<PortName, number>>;
  /** For tests: begins without data and is fast rather than durable. */
  readonly isThrowaway?: boolean;
  /** Settings of Temporal's server. */
  readonly temporalConfig?: Readonly<Record<string, string>>;
}

export interface Stack {
  readonly temporal: TemporalServer;
  readonly postgres: PostgresServer;
  readonly cluster: DevCluster;
  readonly images: FlinkImages;
}

/** Starts or repairs all of it, showing each step. @throws StepFailed; what failed is in `progress.failures`. */
export async function startStack(progress: Progress, options: StackOptions): Promise<Stack> {
  const choice = await prepareTools(progress, options);
  const temporal = startTemporalStep(progress, options);
  const postgres = startPostgresStep(progress, options);
  const cluster = startClusterStep(progress, options, choice);
  const images = prepareImagesStep(progress, options, choice, cluster);
  // All are waited for, even when one fails: a package installation cut short would leave more to repair.
  await Promise.allSettled([temporal, postgres, cluster, images]);
  return { temporal: await temporal, postgres: await postgres, cluster: await cluster, images: await images };
}

/** Sees to the commands that are needed, and decides which cluster to use. */
export function prepareTools(progress: Progress, { paths, context }: StackOptions): Promise<ClusterChoice> {
  const cure = 'install what is named above, then run this again';
  return progress.run({ name: 'Tools', cure }, async (report) => {
    await ensureTemporalBinary(paths.cacheDir, report);
    return chooseCluster(paths, context);
  });
}

export function startTemporalStep(progress: Progress, options: StackOptions): Promise<TemporalServer> {
  const { paths, ports, temporalConfig: dynamicConfig = {} } = options;
  const step = {
    name: 'Temporal',
    logFile: join(paths.logDir, 'temporal.log'),
    cure: 'run this again; if its data is broken, `npm run down -- --purge` starts from nothing',
  };
  return progress.run(step, (report) => startTemporal({ ...paths, ports, dynamicConfig, progress: report }));
}

export function startPostgresStep(progress: Progress, options: StackOptions): Promise<PostgresServer> {
  const { paths, ports, isThrowaway } = options;
  const step = {
    name: 'PostgreSQL',
    logFile: join(paths.logDir, 'postgres.log'),
    cure: process.env['DATABASE_URL']
      ? 'see that the server that DATABASE_URL names runs and lets you in, or unset DATABASE_URL'
      : 'run this again, or set DATABASE_URL to a PostgreSQL of your own',
  };
  const settings = isThrowaway ? ['fsync=off'] : [];
  return progress.run(step, (report) => startPostgres({ ...paths, port: ports.postgres, settings, progress: report }));
}

export function startClusterStep(
  progress: Progress,
  { paths, isThrowaway = false }: StackOptions,
  choice: ClusterChoice,
): Promise<DevCluster> {
  const cure =
    choice.kind === 'context'
      ? `see that \`kubectl --context ${choice.context} get namespaces\` works`
      : 'run this again: it repairs; or use a cluster of your own with `npm run up -- --context NAME`';
  const logFile = choice.kind === 'node' ? { logFile: join(paths.stateDir, 'kubernetes', 'logs') } : {};
  const work = async (report: ReportLine) => {
    const cluster = await ensureCluster(paths, choice, report, { isThrowaway });
    report('namespace and storage');
    await ensureJobNamespace(paths, cluster);
    return cluster;
  };
  return progress.run({ name: 'Kubernetes', cure, ...logFile }, work, (cluster) => cluster.description);
}

/** Builds the images beside everything else, and brings them into the node as soon as that runs. */
export async function prepareImagesStep(
  progress: Progress,
  { paths, flinkLines }: StackOptions,
  choice: ClusterChoice,
  cluster: Promise<DevCluster>,
): Promise<FlinkImages> {
  const cure = 'run this again: the parts that were made are kept';
  const images = await progress.run({ name: `Flink ${flinkLines.join(', ')}`, cure }, (report) =>
    prepareImages(paths, choice, flinkLines, report),
  );
  await cluster;
  if (images.built.length > 0)
    await progress.run({ name: 'Images into the node' }, (report) => importImages(paths, images, report));
  return images;
}
