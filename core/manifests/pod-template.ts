/** What all Flink pods have in common. */
import { type GenerationIdentity, generationNames, labels } from '../names.ts';
import type { FlinkJob, Resources } from '../schema/flink-job.ts';
import type { Component } from './components.ts';
import { type GenerationInput, type OwnedInput, imageOf, labelsOf } from './generation-input.ts';
import type {
  Container,
  ContainerResources,
  EnvironmentVariable,
  Labels,
  PodSpec,
  Volume,
  VolumeMount,
} from './kubernetes.ts';
import { restrictedContainer, restrictedPod } from './restricted.ts';
import { serviceAccountFields } from './service-account.ts';

/** Where the configuration lies. Not Flink's own `conf`: the official entry point edits the files there as it starts. */
const configurationDirectory = '/drey/conf';

/** Tells Flink's scripts, its JVMs and our entry point where the configuration lies. */
export const configurationVariable: EnvironmentVariable = { name: 'FLINK_CONF_DIR', value: configurationDirectory };

/** A container of Flink's image, with the fields that all of them share. */
export function flinkContainer(input: GenerationInput, container: Container): Container {
  return {
    image: imageOf(input),
    imagePullPolicy: input.generation.spec.spec.flink.imagePullPolicy,
    securityContext: restrictedContainer,
    // The log's last lines become part of the pod's status, where a failed operation finds them.
    terminationMessagePolicy: 'FallbackToLogsOnError',
    ...container,
  };
}

/** The volumes of every pod: configuration and, where there is one, the job's volume. */
export function sharedVolumes(job: FlinkJob, generation: GenerationIdentity): Volume[] {
  const { volumeClaim } = job.spec.storage;
  return [
    { name: 'drey-config', configMap: { name: generationNames(generation).configMap } },
    ...(volumeClaim === undefined
      ? []
      : [{ name: 'drey-state', persistentVolumeClaim: { claimName: volumeClaim.name } }]),
  ];
}

/** Where `sharedVolumes` are mounted. */
export function sharedMounts(job: FlinkJob): VolumeMount[] {
  const { volumeClaim } = job.spec.storage;
  return [
    { name: 'drey-config', mountPath: configurationDirectory, readOnly: true },
    ...(volumeClaim === undefined ? [] : [{ name: 'drey-state', mountPath: volumeClaim.mountPath }]),
  ];
}

/** The fields that all pods of a generation share. */
export function sharedPodFields({ generation: { identity, spec } }: OwnedInput): Partial<PodSpec> {
  const { imagePullSecrets } = spec.spec.flink;
  return {
    ...serviceAccountFields(spec, identity),
    // Hundreds of variables about unrelated Services slow a start, and one of them may be taken for a setting.
    enableServiceLinks: false,
    securityContext: restrictedPod,
    ...(imagePullSecrets.length > 0 && { imagePullSecrets: imagePullSecrets.map((name) => ({ name })) }),
  };
}

/** The labels of a component's pods. */
export function podLabels({ generation: { identity, spec } }: OwnedInput, component: Component): Labels {
  return { ...labelsOf(spec, identity), [labels.component]: component };
}

/** What all our Deployments say of themselves. A generation's pods never change: another revision is another generation. */
export const deploymentFields = {
  revisionHistoryLimit: 0,
  // Only shown in the Deployment's conditions: operations have deadlines of their own.
  progressDeadlineSeconds: 600,
  strategy: { type: 'Recreate' },
} as const;

/** The spec's amounts as a container has them. */
export function resourcesOf({ requests, limits }: Resources): ContainerResources {
  return { ...(requests && { requests: amounts(requests) }), ...(limits && { limits: amounts(limits) }) };
}

function amounts(given: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, amount]): [string, string][] =>
      amount === undefined ? [] : [[name, amount]],
    ),
  );
}
