/**
 * Makes the class archives (AppCDS): runs Flink in the assembled image through what a job's life does, and has each
 * JVM write the classes it has loaded. A later start maps them instead of loading, which halves its time.
 */
import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { runCommand } from '../process.ts';
import { checkpointUrl, startCluster, type ClusterMode, type RunningCluster } from './cluster.ts';
import {
  allRunning,
  call,
  cancel,
  checkpointed,
  readPage,
  restUp,
  runExample,
  slotsUp,
  stopWithSavepoint,
  uploadExample,
} from './flink-rest.ts';
import type { Progress } from './tools.ts';

/** Where archives are written, inside the root. */
const archiveFolder = '/tmp/archives';

/** Trains both kinds of JobManager and the TaskManager, and puts their archives into `target`. */
export async function trainArchives(root: string, target: string, progress: Progress): Promise<void> {
  await runCommand('install', ['-d', '-o', '9999', '-g', '9999', join(root, archiveFolder)]);
  progress('training the session JobManager and the TaskManager');
  await train(root, 'session', 'jobmanager', 'taskmanager', (cluster) => liveThroughSession(cluster, root));
  progress('training the application JobManager');
  await withExampleInUsrlib(root, () =>
    train(root, 'application', 'standalone-job', undefined, liveThroughApplication),
  );
  mkdirSync(target, { recursive: true });
  for (const role of ['jobmanager', 'standalone-job', 'taskmanager'])
    copyFileSync(join(root, archiveFolder, `${role}.jsa`), join(target, `${role}.jsa`));
  await runCommand('sh', ['-c', 'chown 9999:9999 "$1"/*.jsa && chmod 444 "$1"/*.jsa', 'own', target]);
  rmSync(join(root, archiveFolder), { recursive: true });
}

async function train(
  root: string,
  mode: ClusterMode,
  jobManager: string,
  taskManager: string | undefined,
  life: (cluster: RunningCluster) => Promise<void>,
): Promise<void> {
  const jvmOptions = { jobManager: writeArchive(jobManager), taskManager: writeArchive(taskManager) };
  const cluster = await startCluster({ root, mode, jvmOptions });
  try {
    await restUp(cluster);
    await slotsUp(cluster);
    await life(cluster);
  } finally {
    await cluster.stop();
  }
  for (const role of [jobManager, taskManager])
    if (role !== undefined && !existsSync(join(root, archiveFolder, `${role}.jsa`)))
      throw new Error(
        `the ${role} was killed before it had written its class archive: free the machine, and build again`,
      );
}

function writeArchive(role: string | undefined): string[] {
  if (role === undefined) return [];
  // Thousands of classes cannot be archived, and saying so hides what a failed process said.
  return [`-XX:ArchiveClassesAtExit=${archiveFolder}/${role}.jsa`, '-Xlog:cds=error', '-Xlog:cds+dynamic=error'];
}

/** Puts the example where an application's jar is looked for. */
export async function withExampleInUsrlib(root: string, act: () => Promise<void>): Promise<void> {
  const jar = join(root, 'opt/flink/usrlib/example.jar');
  copyFileSync(join(root, 'opt/flink/examples/streaming/StateMachineExample.jar'), jar);
  try {
    await act();
  } finally {
    rmSync(jar);
  }
}

async function liveThroughSession(cluster: RunningCluster, root: string): Promise<void> {
  const jar = await uploadExample(cluster, root);
  const first = await runExample(cluster, jar);
  await allRunning(cluster, first);
  await checkpointed(cluster, first, 2);
  await readLikeAnObserver(cluster, first);
  const savepointPath = await stopWithSavepoint(cluster, first);
  const second = await runExample(cluster, jar, { savepointPath });
  await allRunning(cluster, second);
  await cancel(cluster, second);
  const rocksDb = ['--backend', 'rocks', '--incremental-checkpoints', 'true', '--checkpoint-dir', checkpointUrl];
  const withRocksDb = await runExample(cluster, jar, { args: rocksDb });
  await allRunning(cluster, withRocksDb);
  await checkpointed(cluster, withRocksDb, 1);
  await cancel(cluster, withRocksDb);
}

async function liveThroughApplication(cluster: RunningCluster): Promise<void> {
  const job = await allRunning(cluster);
  await checkpointed(cluster, job, 2);
  await readLikeAnObserver(cluster, job);
}

async function readLikeAnObserver(cluster: RunningCluster, job: string): Promise<void> {
  const shape = z.object({ vertices: z.array(z.object({ id: z.string() })) });
  const detail = await call(cluster, { path: `/jobs/${job}`, shape });
  const paths = ['', '/checkpoints', '/checkpoints/config', '/exceptions', '/config', '/resource-requirements'];
  for (const path of paths) await readPage(cluster, `/jobs/${job}${path}`);
  const vertices = detail.vertices.map(({ id }) => `/jobs/${job}/vertices/${id}`);
  for (const vertex of vertices)
    for (const path of ['/metrics', '/subtasks/metrics?get=numRecordsIn']) await readPage(cluster, vertex + path);
  for (const path of ['/taskmanagers', '/jobmanager/config', '/jobmanager/metrics', '/overview'])
    await readPage(cluster, path);
}
