/** Fields of pods and of Flink's container that Drey sets, with the reason and what to use instead. */
import { copyJar } from '../manifests/copy-jar.ts';

export interface Reserved {
  readonly reason: string;
  readonly instead?: string;
}

/** Fields of the PodSpec. */
export const reservedPodFields: Readonly<Record<string, Reserved>> = {
  restartPolicy: { reason: 'Drey chooses it by mode, so that a job is never run twice' },
  hostNetwork: { reason: 'Flink\'s ports would clash on the node, and the Pod Security level "restricted" forbids it' },
  hostPID: { reason: 'the Pod Security level "restricted" forbids it' },
  hostIPC: { reason: 'the Pod Security level "restricted" forbids it' },
  nodeName: { reason: 'it goes past the scheduler', instead: 'Use `nodeSelector` or `affinity`.' },
  hostname: { reason: 'Flink finds its processes by the names that Drey gives them' },
  subdomain: { reason: 'Flink finds its processes by the names that Drey gives them' },
  serviceAccountName: { reason: 'all pods of a job share one', instead: 'Use `spec.serviceAccount`.' },
  serviceAccount: { reason: 'all pods of a job share one', instead: 'Use `spec.serviceAccount`.' },
  automountServiceAccountToken: { reason: 'Drey mounts the token where high availability needs it' },
  imagePullSecrets: { reason: 'all pods of a job share them', instead: 'Use `spec.flink.imagePullSecrets`.' },
  activeDeadlineSeconds: { reason: 'Kubernetes would kill a running job when it passes' },
  ephemeralContainers: { reason: 'Kubernetes adds them to running pods only', instead: 'Use `kubectl debug`.' },
};

/** Fields of `flink-main-container`. */
export const reservedContainerFields: Readonly<Record<string, Reserved>> = {
  command: { reason: 'Drey starts Flink with the classes and arguments that the mode needs' },
  args: {
    reason: 'Drey starts Flink with the classes and arguments that the mode needs',
    instead: "For the job's own arguments use `spec.job.args`.",
  },
  image: { reason: 'all Flink processes of a job run the same one', instead: 'Use `spec.flink.image`.' },
  imagePullPolicy: { reason: 'all Flink processes of a job share it', instead: 'Use `spec.flink.imagePullPolicy`.' },
  ports: { reason: "Services and Flink's configuration point at the ports that Drey gives" },
  livenessProbe: {
    reason: 'Drey watches Flink itself and restarts what is gone, which a probe would do behind its back',
  },
  readinessProbe: { reason: 'Drey sets it: Services and the steps of a deploy wait for it' },
  startupProbe: { reason: 'Drey sets it: Services and the steps of a deploy wait for it' },
  stdin: { reason: 'Flink reads nothing from it' },
  tty: { reason: 'logs would hold terminal codes' },
};

const configured = { reason: 'Drey writes the configuration file itself', instead: 'Use `spec.flink.configuration`.' };

const reservedEnvironment: Readonly<Record<string, Reserved>> = {
  FLINK_PROPERTIES: configured,
  FLINK_CONF_DIR: configured,
  FLINK_LIB_DIR: { reason: 'Flink would not find its own classes' },
  FLINK_PLUGINS_DIR: { reason: 'Flink would not find the plugins of the image' },
  FLINK_OPT_DIR: { reason: 'Flink would not find the optional jars of the image' },
  JOB_MANAGER_RPC_ADDRESS: { reason: 'Drey sets the address of the JobManager' },
  TASK_MANAGER_NUMBER_OF_TASK_SLOTS: { reason: 'Drey sets it', instead: 'Use `spec.taskManager.slots`.' },
  POD_IP: { reason: 'Drey sets it from the pod' },
  POD_NAME: { reason: 'Drey sets it from the pod' },
};

/** Why an environment variable of `flink-main-container` cannot be set, if it cannot. */
export function reservedVariable(name: string): Reserved | undefined {
  if (name.startsWith('DREY_')) return { reason: 'such names are for what Drey tells its own images' };
  return Object.hasOwn(reservedEnvironment, name) ? reservedEnvironment[name] : undefined;
}

const reservedMountPaths = ['', '/opt', '/opt/flink', '/opt/flink/conf', '/opt/flink/lib', '/opt/flink/bin'];

/** Whether a mount there would hide files of the image or of Drey. */
export function isReservedMountPath(path: string): boolean {
  const plain = path.replace(/\/+$/, '');
  return reservedMountPaths.includes(plain) || plain === '/drey' || plain.startsWith('/drey/');
}

/** Whether a volume or container of that name may be one that Drey adds to pods. */
export function isOwnName(name: string): boolean {
  return name.startsWith('drey-') || name === copyJar.containerName;
}
