/** The JobManager's workload: a Deployment, or a Job where nothing may start it a second time. */
import { ports } from '../flink/configuration-ports.ts';
import { uploadDirectory } from '../flink/configuration-rest.ts';
import { hasHighAvailability } from '../generation.ts';
import { generationNames } from '../names.ts';
import { componentSelector } from './components.ts';
import { generationConfiguration } from './config-map.ts';
import { copyJarContainer, uploadVolume } from './copy-jar.ts';
import { type GenerationInput, ownedMetadata } from './generation-input.ts';
import { jobManagerArguments } from './job-manager-arguments.ts';
import type { Container, Deployment, Job, PodTemplate } from './kubernetes.ts';
import { mainContainerName } from './main-container.ts';
import * as pod from './pod-template.ts';
import { directStart, podVariables } from './start.ts';
import { withUserTemplate } from './user-template.ts';

/** Flink gives up leadership and closes within a second or two; what hangs longer is in user code and safe to kill. */
export const terminationGraceSeconds = 10;

/**
 * An application without high availability runs `main` from nothing whenever its JobManager starts. So nothing but an
 * operation may start it: a Job that is never tried again.
 */
export function renderJobManager(input: GenerationInput): Deployment | Job {
  const { identity, spec } = input.generation;
  const isHighlyAvailable = hasHighAvailability(spec);
  const metadata = ownedMetadata(input, generationNames(identity).jobManager);
  if (spec.spec.mode === 'application' && !isHighlyAvailable) {
    const template = jobManagerTemplate(input, 'Never');
    return {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata,
      spec: { backoffLimit: 0, completions: 1, parallelism: 1, template },
    };
  }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas: isHighlyAvailable ? spec.spec.jobManager.replicas : 1,
      ...pod.deploymentFields,
      selector: { matchLabels: componentSelector(identity, 'jobmanager') },
      template: jobManagerTemplate(input, 'Always'),
    },
  };
}

/** The JobManager's pod, with the user's template merged in. Storage pods are made after it. */
export function jobManagerTemplate(input: GenerationInput, restartPolicy: 'Always' | 'Never'): PodTemplate {
  const { identity, spec } = input.generation;
  const isDedicated = spec.spec.mode === 'dedicated';
  const own: PodTemplate = {
    metadata: { labels: pod.podLabels(input, 'jobmanager') },
    spec: {
      ...pod.sharedPodFields(input),
      restartPolicy,
      terminationGracePeriodSeconds: terminationGraceSeconds,
      containers: [mainContainer(input)],
      volumes: [...pod.sharedVolumes(spec, identity), ...(isDedicated ? [{ name: uploadVolume, emptyDir: {} }] : [])],
    },
  };
  const merged = withUserTemplate(own, spec.spec.jobManager.podTemplate);
  return isDedicated ? withJar(input, merged) : merged;
}

function mainContainer(input: GenerationInput): Container {
  const { spec } = input.generation;
  const upload = { name: uploadVolume, mountPath: uploadDirectory };
  return pod.flinkContainer(input, {
    name: mainContainerName,
    args: jobManagerArguments(input.generation),
    env: [...podVariables, pod.configurationVariable, ...directStart('jobmanager', generationConfiguration(input))],
    ports: [
      { name: 'rest', containerPort: ports.rest, protocol: 'TCP' },
      { name: 'rpc', containerPort: ports.rpc, protocol: 'TCP' },
      { name: 'blob', containerPort: ports.blob, protocol: 'TCP' },
      { name: 'query', containerPort: ports.query, protocol: 'TCP' },
      { name: 'metrics', containerPort: ports.prometheus, protocol: 'TCP' },
    ],
    resources: pod.resourcesOf(spec.spec.jobManager.resources),
    volumeMounts: [...pod.sharedMounts(spec), ...(spec.spec.mode === 'dedicated' ? [upload] : [])],
    // For the stable Service and the Ingress; `/config` needs a leader and is cheap. There is no liveness probe: from
    // outside a long garbage collection looks like a dead process, and without high availability a kill costs the job.
    // Flink ends itself on fatal errors, and the agent judges the rest with more knowledge.
    readinessProbe: { httpGet: { path: '/config', port: 'rest' }, periodSeconds: 2, timeoutSeconds: 2 },
  });
}

function withJar(input: GenerationInput, template: PodTemplate): PodTemplate {
  const main = template.spec.containers.find(({ name }) => name === mainContainerName);
  const copy = copyJarContainer(input, main?.volumeMounts ?? []);
  return {
    ...template,
    spec: { ...template.spec, initContainers: [...(template.spec.initContainers ?? []), copy] },
  };
}
