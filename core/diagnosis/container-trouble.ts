/** Containers that end when they should run, or that cannot be started. */
import type { Failure } from '../failure.ts';
import { copyJar } from '../manifests/copy-jar.ts';
import { hasPassed, scheduledAt, settleMs, type PodCase, type PodFinding } from './pod-finding.ts';
import type { ContainerStatusSeen, PodSeen } from './pod-seen.ts';

/** A container that was started anew this often, and not long ago, does not mend itself. */
const restartsMax = 2;
const restartsCountForMs = 10 * 60_000;

type Ended = NonNullable<NonNullable<ContainerStatusSeen['state']>['terminated']>;

/** A container that ended and will not come up by itself. */
export function endedTrouble(one: PodCase, status: ContainerStatusSeen): PodFinding | undefined {
  const now = status.state?.terminated;
  const ended = now ?? status.lastState?.terminated;
  if (!ended || ended.exitCode === 0) return undefined;
  const failure = failureOf(one, status, ended);
  if (!failure) return undefined;
  const evidence = ended.message?.trim();
  const culprit = { pod: one.pod.metadata.name, container: status.name, previous: now === undefined };
  return { failure: { ...failure, ...(evidence && { evidence }) }, culprit };
}

function failureOf(one: PodCase, status: ContainerStatusSeen, ended: Ended): Failure | undefined {
  const { pod } = one;
  const where = `container ${status.name} of pod ${pod.metadata.name}`;
  if (status.name === copyJar.containerName && ended.exitCode === copyJar.exitCodeJarMissing) {
    return {
      code: 'JAR_MISSING',
      message: `The jar of spec.job.jarUri is not in image ${status.image}.`,
      cure: 'Correct spec.job.jarUri (an absolute path inside the image), or use the image that has the jar.',
    };
  }
  if (ended.reason === 'OOMKilled' && isRecent(one, status, ended)) {
    return {
      code: 'OUT_OF_MEMORY',
      message: `Kubernetes killed ${where}: it used more than ${memoryLimit(pod, status.name)}.`,
      cure: `Raise the memory of ${specPathOf(pod)}.resources, requests and limits alike.`,
    };
  }
  if (!keepsFailing(one, status, ended)) return undefined;
  const times = status.restartCount > 0 ? `, after ${status.restartCount} restarts` : '';
  return {
    code: 'CRASH_LOOP',
    message: `${where.replace('container', 'Container')} ends with exit code ${ended.exitCode}${signalOf(ended)}${times}.`,
    cure: 'The last lines of its log say why: correct the image, the configuration or the program, and apply again.',
  };
}

/** One end may be chance: it counts when the kubelet backs off, or nothing will start the container again. */
function keepsFailing(one: PodCase, status: ContainerStatusSeen, ended: Ended): boolean {
  if (status.state?.waiting?.reason === 'CrashLoopBackOff') return true;
  if (status.restartCount >= restartsMax && isRecent(one, status, ended)) return true;
  return one.pod.status?.phase === 'Failed' && isOfJob(one.pod);
}

/** A container that ran on for long since then has got over it. */
function isRecent({ clock }: PodCase, status: ContainerStatusSeen, ended: Ended): boolean {
  return !status.ready || !hasPassed(clock, ended.finishedAt, restartsCountForMs);
}

/** A Deployment replaces a pod that failed, as one that was evicted; a Job that must not restart does not. */
function isOfJob(pod: PodSeen): boolean {
  return pod.metadata.ownerReferences?.some(({ kind }) => kind === 'Job') ?? false;
}

/** What the kubelet says of a container that it cannot start: something it refers to is not there, or its command. */
const notStarted =
  /^(?:CreateContainerConfigError|CreateContainerError|RunContainerError|StartError|ContainerCannotRun)$/;

/** A container that cannot be started. */
export function startTrouble({ pod, clock }: PodCase, status: ContainerStatusSeen): PodFinding | undefined {
  const { state, lastState } = status;
  const said = [state?.waiting, state?.terminated, lastState?.terminated].find((one) =>
    notStarted.test(one?.reason ?? ''),
  );
  if (!said || !hasPassed(clock, scheduledAt(pod), settleMs(clock))) return undefined;
  const message = said.message ?? '';
  const missing = /(secret|configmap) "([^"]+)" not found/i.exec(message);
  const what = missing ? `${missing[1]} ${missing[2]} does not exist` : shortened(message || (said.reason ?? ''));
  const failure: Failure = {
    code: 'POD_NOT_STARTED',
    message: `Container ${status.name} of pod ${pod.metadata.name} cannot be started: ${what}.`,
    cure: missing
      ? `Create the ${missing[1]} ${missing[2]} in the job's namespace, or correct its name in the podTemplate.`
      : 'Correct what Kubernetes names, most often in a podTemplate or the image, and apply again.',
    ...(message && { evidence: message }),
  };
  return { failure };
}

/** The container runtime tells from which part of it an error came through which others: the last part is the reason. */
function shortened(message: string): string {
  const reason = /unable to start container process: (.*?)(?:: unknown)?$/.exec(message)?.[1] ?? message;
  return reason.slice(0, 300).replace(/[.\s]+$/, '');
}

function memoryLimit(pod: PodSeen, container: string): string {
  const spec = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])].find(
    ({ name }) => name === container,
  );
  const limit = spec?.resources?.limits?.['memory'];
  return limit === undefined ? 'the node had left' : `its limit of ${limit}`;
}

function specPathOf(pod: PodSeen): string {
  return pod.metadata.labels?.['drey.dev/component'] === 'jobmanager' ? 'spec.jobManager' : 'spec.taskManager';
}

/** 128 + n is how a shell and the kubelet report signal n. */
function signalOf(ended: Ended): string {
  const signal = ended.signal ?? (ended.exitCode > 128 ? ended.exitCode - 128 : undefined);
  const names: Readonly<Record<number, string>> = { 6: 'SIGABRT', 9: 'SIGKILL', 11: 'SIGSEGV', 15: 'SIGTERM' };
  return signal === undefined ? '' : ` (${names[signal] ?? `signal ${signal}`})`;
}
