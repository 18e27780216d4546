/** A Flink cluster of two processes in an unpacked image, on this machine's loopback: for training and measuring. */
import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { jobManagerMemory, taskManagerMemory, type ProcessMemory } from '../../../core/flink/memory.ts';
import { lastLines, runCommand } from '../process.ts';
import { startInRoot, stopInRoot } from './chroot.ts';

/** How the JobManager gets its job: by REST later, or from its own command line. */
export type ClusterMode = 'session' | 'application';

/** The example that both training and measuring run. */
export const exampleClass = 'org.apache.flink.streaming.examples.statemachine.StateMachineExample';

export interface ClusterWish {
  readonly root: string;
  readonly mode: ClusterMode;
  /** JVM options added per process. */
  readonly jvmOptions?: { readonly jobManager: readonly string[]; readonly taskManager: readonly string[] };
  /** Environment of both processes, such as `DREY_JVM_TIER`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Leaves the memory arguments and Java's start to Flink's own scripts. */
  readonly byScripts?: boolean;
}

export interface RunningCluster {
  readonly restUrl: string;
  /** Milliseconds since the epoch at which the first process was spawned. */
  readonly startedAt: number;
  readonly jobManager: ChildProcess;
  readonly taskManager: ChildProcess;
  /** Why the cluster cannot come up any more, or undefined while both processes live. */
  failure(): string | undefined;
  stop(): Promise<void>;
}

const workFolder = '/tmp/cluster';

/** Where the cluster's jobs put their checkpoints. */
export const checkpointUrl = `file://${workFolder}/checkpoints`;

/** Starts a JobManager and a TaskManager at once; neither is awaited. */
export async function startCluster(wish: ClusterWish): Promise<RunningCluster> {
  const work = join(wish.root, workFolder);
  const config = configuration(await freePort(), await freePort());
  prepare(work, config);
  await runCommand('chown', ['-R', '9999:9999', work]);
  const startedAt = Date.now();
  const application = ['standalone-job', '--job-classname', exampleClass, '--rps', '1000'];
  const jobManagerArgs = wish.mode === 'session' ? ['jobmanager'] : application;
  const jobManager = start(wish, 'jobManager', jobManagerArgs, memoryOf(jobManagerMemory(config)));
  const taskManager = start(wish, 'taskManager', ['taskmanager'], memoryOf(taskManagerMemory(config)));
  const processes = { jobManager, taskManager };
  return {
    restUrl: `http://127.0.0.1:${config['rest.port']}`,
    startedAt,
    ...processes,
    failure: () => failureOf(processes, work),
    async stop() {
      await Promise.all([stopInRoot(taskManager), stopInRoot(jobManager)]);
      rmSync(work, { recursive: true, force: true });
    },
  };
}

function prepare(work: string, config: Readonly<Record<string, string>>): void {
  rmSync(work, { recursive: true, force: true });
  mkdirSync(join(work, 'conf'), { recursive: true });
  const lines = Object.entries(config).map(([key, value]) => `${key}: ${value}\n`);
  writeFileSync(join(work, 'conf/config.yaml'), lines.join(''));
}

function start(wish: ClusterWish, role: 'jobManager' | 'taskManager', args: string[], memory: ProcessMemory) {
  const output = openSync(join(wish.root, workFolder, `${role}.out`), 'w');
  const dynamic = Object.entries(memory.dynamicProperties).flatMap(([key, value]) => ['-D', `${key}=${value}`]);
  const direct: Record<string, string> = wish.byScripts
    ? {}
    : {
        DREY_JVM_ARGS: [...memory.jvmArgs, ...(wish.jvmOptions?.[role] ?? [])].join(' '),
        DREY_FLINK_ARGS: dynamic.join(' '),
      };
  const env = {
    FLINK_CONF_DIR: `${workFolder}/conf`,
    FLINK_LOG_DIR: workFolder,
    HOSTNAME: role,
    ...direct,
    ...wish.env,
  };
  const child = startInRoot(wish.root, ['/docker-entrypoint.sh', ...args], env, output);
  closeSync(output);
  return child;
}

function memoryOf(memory: ProcessMemory | { readonly problem: string }): ProcessMemory {
  if ('problem' in memory) throw new Error(memory.problem);
  return memory;
}

function failureOf(processes: Readonly<Record<string, ChildProcess>>, work: string): string | undefined {
  for (const [role, child] of Object.entries(processes)) {
    if (child.exitCode === null && child.signalCode === null) continue;
    const log = join(work, `${role}.out`);
    return `the ${role} ended (${child.exitCode ?? child.signalCode})\n${existsSync(log) ? lastLines(log, 15) : ''}`;
  }
  return undefined;
}

function configuration(restPort: number, rpcPort: number): Record<string, string> {
  const host = '127.0.0.1';
  return {
    'rest.address': host,
    'rest.bind-address': host,
    'rest.port': String(restPort),
    'jobmanager.rpc.address': host,
    'jobmanager.rpc.port': String(rpcPort),
    'jobmanager.bind-host': host,
    'jobmanager.memory.process.size': '1024m',
    'jobmanager.scheduler': 'adaptive',
    'taskmanager.host': host,
    'taskmanager.bind-host': host,
    'taskmanager.numberOfTaskSlots': '2',
    'taskmanager.memory.process.size': '1024m',
    'cluster.registration.error-delay': '200ms',
    // A busy machine may take long; it must not fail for that.
    'pekko.startup-timeout': '5min',
    'pekko.ask.timeout': '60s',
    'heartbeat.timeout': '180000',
    'web.refresh-interval': '100',
    'metrics.fetcher.update-interval': '500',
    'metrics.reporter.prom.factory.class': 'org.apache.flink.metrics.prometheus.PrometheusReporterFactory',
    'metrics.reporter.prom.port': `${rpcPort + 1}-${rpcPort + 20}`,
    'execution.checkpointing.interval': '1s',
    'execution.checkpointing.dir': checkpointUrl,
    'state.checkpoints.dir': checkpointUrl,
    'execution.checkpointing.savepoint-dir': `file://${workFolder}/savepoints`,
    'state.savepoints.dir': `file://${workFolder}/savepoints`,
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Megabytes of memory that a process holds. */
export function residentMegabytes(pid: number): number {
  const resident = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(resident ?? 0) / 1024);
}
