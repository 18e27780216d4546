/** The pod that lists and deletes files on a job's storage, with the job's own image, volumes and rights. */
import { generationNames } from '../names.ts';
import { type GenerationInput, ownedMetadata } from './generation-input.ts';
import { jobManagerTemplate } from './job-manager.ts';
import type { Container, KubernetesObject, Pod, PodSpec } from './kubernetes.ts';
import { copyJar, uploadVolume } from './copy-jar.ts';
import { mainContainerName } from './main-container.ts';
import { podLabels } from './pod-template.ts';
import { literal } from './start.ts';
import { renderStorageTool, storageToolJar, storageToolName } from './storage-tool.ts';

export interface StoragePodInput extends GenerationInput {
  /** Tells this run from others of the generation, in the pod's name: letters, digits and dashes. */
  readonly run: string;
  /** Arguments of the tool. */
  readonly args: readonly string[];
  /** The tool's jar as base64. */
  readonly storageTool: string;
  /** After this time Kubernetes ends it. */
  readonly deadlineSeconds: number;
}

const toolDirectory = '/drey/tool';
const toolVolume = 'drey-tool';

/** It is started through the image's entry point, which links file system plugins that users name in the environment. */
const script = `
home="\${FLINK_HOME:-/opt/flink}"
export FLINK_PLUGINS_DIR="\${FLINK_PLUGINS_DIR:-$home/plugins}"
exec "\${JAVA_HOME:+$JAVA_HOME/bin/}java" -Xmx192m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \\
  -cp "$home/lib/*:${toolDirectory}/${storageToolJar}" dev.drey.storage.StorageTool "$@"
`;

/** The name of a run's pod, and of its container. */
export function storagePodName({ generation, run }: Pick<StoragePodInput, 'generation' | 'run'>): string {
  return `${generationNames(generation.identity).storagePod}-${run}`;
}

export const storageContainerName = 'storage-tool';

/** The tool and the pod that runs it once. */
export function renderStoragePod(input: StoragePodInput): KubernetesObject[] {
  const template = jobManagerTemplate(input, 'Never');
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...ownedMetadata(input, storagePodName(input)),
      ...(template.metadata.annotations && { annotations: template.metadata.annotations }),
      labels: { ...template.metadata.labels, ...podLabels(input, 'storage') },
    },
    spec: storagePodSpec(input, template.spec),
  };
  return [renderStorageTool(input, input.storageTool), pod];
}

/**
 * The JobManager's pod without Flink. Sidecars beside the container go, for the pod would outlive the tool; init
 * containers stay, for they may bring plugins and credentials.
 */
function storagePodSpec(input: StoragePodInput, jobManager: PodSpec): PodSpec {
  const main = jobManager.containers.find(({ name }) => name === mainContainerName);
  const initContainers = (jobManager.initContainers ?? []).filter(({ name }) => name !== copyJar.containerName);
  const volumes = (jobManager.volumes ?? []).filter(({ name }) => name !== uploadVolume);
  return {
    ...jobManager,
    automountServiceAccountToken: false,
    activeDeadlineSeconds: input.deadlineSeconds,
    initContainers,
    containers: [toolContainer(input, main ?? { name: mainContainerName })],
    volumes: [...volumes, { name: toolVolume, configMap: { name: storageToolName(input) } }],
  };
}

/** Fields that belong to a process which serves requests. */
const ofAServer: ReadonlySet<string> = new Set([
  'ports',
  'readinessProbe',
  'livenessProbe',
  'startupProbe',
  'lifecycle',
]);

/** Flink's container with the tool in its place: environment, mounts and security context stay. */
function toolContainer({ args }: StoragePodInput, main: Container): Container {
  const kept = Object.fromEntries(Object.entries(main).filter(([field]) => !ofAServer.has(field)));
  const mounts = (main.volumeMounts ?? []).filter(({ name }) => name !== uploadVolume);
  return {
    ...kept,
    name: storageContainerName,
    args: ['sh', '-c', script.trim(), storageContainerName, ...args.map(literal)],
    env: (main.env ?? []).filter(({ name }) => !name.startsWith('DREY_')),
    resources: { requests: { cpu: '50m', memory: '256Mi' }, limits: { memory: '512Mi' } },
    volumeMounts: [...mounts, { name: toolVolume, mountPath: toolDirectory, readOnly: true }],
  };
}
