/** Jobs for end-to-end tests: Flink's state machine example in the smallest processes that run it, and what must be left of one. */
import type { FlinkJobInput, FlinkVersion } from '../../core/schema/flink-job.ts';
import type { JobPhase, JobView } from '../../core/job.ts';
import { hasEnded, type OperationRecord } from '../../core/operation.ts';
import { labels, type GenerationIdentity } from '../../core/names.ts';
import type { StepName } from '../../core/steps.ts';
import type { Kind } from '../../clients/kubernetes/kinds.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { leftOver } from './left-over.ts';
import { drey, kubernetes } from './running-stack.ts';

export const tenant = 'default';
export const namespace = 'flink';
const stateMachine = 'org.apache.flink.streaming.examples.statemachine.StateMachineExample';

type Spec = FlinkJobInput['spec'];

/** What a test says about its job beside its name. */
export interface JobWish {
  readonly version?: FlinkVersion;
  readonly mode?: 'dedicated' | 'application';
  /** No durable storage, and so no high availability. */
  readonly withoutStorage?: boolean;
  readonly flink?: Partial<Spec['flink']>;
  readonly job?: Partial<Spec['job']>;
  readonly spec?: Partial<Spec>;
}

/** A process of so much memory that asks for next to no CPU. */
export const small = (memory: string) => ({ requests: { cpu: '50m', memory }, limits: { memory } });

/** A complete spec. */
export function e2eJob(name: string, wish: JobWish = {}): FlinkJobInput {
  const { version = '2.3', mode = 'dedicated', withoutStorage = false } = wish;
  return {
    apiVersion: 'drey.dev/v1',
    kind: 'FlinkJob',
    metadata: { name },
    spec: {
      cluster: 'local',
      namespace,
      mode,
      flink: { version, configuration: smallMemory, ...wish.flink },
      job: {
        jarUri: 'local:///opt/flink/examples/streaming/StateMachineExample.jar',
        entryClass: stateMachine,
        args: ['--rps', '100'],
        ...wish.job,
      },
      jobManager: { resources: small('512Mi') },
      taskManager: { resources: small('768Mi') },
      ...(withoutStorage ? {} : { storage: { volumeClaim: { name: 'flink-state', mountPath: '/flink-state' } } }),
      ...wish.spec,
    },
  };
}

/** Flink's defaults are made for larger processes. */
export const smallMemory = {
  'jobmanager.memory.jvm-metaspace.size': '128m',
  'jobmanager.memory.jvm-overhead.min': '64m',
  'jobmanager.memory.off-heap.size': '64m',
  'taskmanager.memory.jvm-metaspace.size': '128m',
  'taskmanager.memory.jvm-overhead.min': '96m',
  'taskmanager.memory.framework.off-heap.size': '64m',
  'taskmanager.memory.network.max': '64m',
  'taskmanager.memory.managed.fraction': '0.1',
};

/** Applies a spec and gives its operation's number. @throws when the spec changed nothing. */
export async function apply(spec: FlinkJobInput): Promise<number> {
  const { operation } = await drey().applyJob({ tenant, name: spec.metadata.name }, spec);
  if (!operation) throw new Error('the spec made no operation');
  return operation.number;
}

/**
 * Waits for an operation's end, and prints why it did not succeed: an assertion shows only what it compares. The API, or the one at that
 * address, may be away meanwhile.
 */
export async function ended(name: string, number: number, timeoutMs = 240_000, api?: string): Promise<OperationRecord> {
  const look = async () => {
    const operation = await drey(5_000, api).getOperation({ tenant, name }, number);
    return hasEnded(operation) && operation;
  };
  const record = await waitUntil(look, { what: `operation ${number} of ${name} to end`, timeoutMs, stepMs: 150 });
  const { state, failure } = record;
  if (failure) process.stdout.write(`${number}. of ${name}, ${state}: ${failure.code}: ${failure.message}\n`);
  return record;
}

/** Applies and waits. */
export async function applied(spec: FlinkJobInput, timeoutMs?: number): Promise<OperationRecord> {
  return ended(spec.metadata.name, await apply(spec), timeoutMs);
}

/** Whether a step of an operation has begun, as its record says: that may be late. */
export async function hasComeTo(name: string, number: number, step: StepName): Promise<boolean> {
  const { steps } = await drey().getOperation({ tenant, name }, number);
  return steps.some((one) => one.name === step);
}

/** Waits until a step of an operation has begun. What follows comes in whichever moment of it that is. */
export async function awaitStep(
  name: string,
  number: number,
  step: StepName,
  options: { readonly stepMs: number; readonly timeoutMs?: number },
): Promise<void> {
  const { stepMs, timeoutMs = 120_000 } = options;
  const look = () => hasComeTo(name, number, step);
  await waitUntil(look, { what: `${step} of operation ${number} of ${name}`, timeoutMs, stepMs });
}

/** Waits until the job's own record says so: it is written just after its operation's. */
export function awaitPhase(
  job: { readonly tenant: string; readonly name: string },
  phase: JobPhase,
  timeoutMs = 20_000,
): Promise<JobView> {
  const look = async () => {
    const view = await drey().getJob(job);
    return view.phase === phase && view.operation === undefined && view;
  };
  return waitUntil(look, { what: `${job.name} to be ${phase}`, timeoutMs, stepMs: 50 });
}

/** Removes a job and waits until that has ended. */
export async function removed(name: string, timeoutMs?: number): Promise<OperationRecord> {
  const { operation } = await drey().removeJob({ tenant, name });
  if (!operation) throw new Error('the removal made no operation');
  return ended(name, operation.number, timeoutMs);
}

const kinds: readonly Kind[] = [
  'Deployment',
  'Job',
  'Pod',
  'Service',
  'ConfigMap',
  'ServiceAccount',
  'Role',
  'RoleBinding',
  'Ingress',
];

/** Every Kubernetes object that carries the job's label or Flink's own for it, as `Kind name`. */
export async function objectsOf(name: string): Promise<string[]> {
  const client = kubernetes();
  try {
    const found = await Promise.all(
      kinds.map(async (kind) => {
        const objects = await client.list(kind, namespace);
        const ours = objects.filter(
          ({ metadata }) => metadata.labels?.[labels.job] === name || metadata.name.startsWith(`${name}-`),
        );
        return ours.map(({ metadata }) => `${kind} ${metadata.name}`);
      }),
    );
    return found.flat();
  } finally {
    client.close();
  }
}

/** Objects of a job that belong to no generation which runs it. @param count how many there should be. */
export async function leftOverOf(name: string, count: number): Promise<string[]> {
  const running = count === 0 ? [] : await generationsOf(name);
  return leftOver(await objectsOf(name), running);
}

/** The active one, and a candidate. */
async function generationsOf(name: string): Promise<GenerationIdentity[]> {
  const { uid, generation, candidate } = await drey().getJob({ tenant, name });
  return [generation, candidate].flatMap((one) => (one ? [{ tenant, name, uid, number: one.number }] : []));
}
