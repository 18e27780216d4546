/** The TaskManagers' Deployment. */
import { ports } from '../flink/configuration-ports.ts';
import { generationNames } from '../names.ts';
import type { FlinkJob } from '../schema/flink-job.ts';
import { taskManagerReplicas } from '../spec/task-managers.ts';
import { componentSelector } from './components.ts';
import { generationConfiguration } from './config-map.ts';
import { type GenerationInput, ownedMetadata } from './generation-input.ts';
import { terminationGraceSeconds } from './job-manager.ts';
import type { Container, Deployment } from './kubernetes.ts';
import { mainContainerName } from './main-container.ts';
import * as pod from './pod-template.ts';
import { directStart, dynamicOptions, podVariables } from './start.ts';
import { withUserTemplate } from './user-template.ts';

/** They start beside the JobManager and register when it answers. Nothing probes whether they live: Flink counts heartbeats. */
export function renderTaskManager(input: GenerationInput): Deployment {
  const { identity, spec } = input.generation;
  const own = {
    metadata: { labels: pod.podLabels(input, 'taskmanager') },
    spec: {
      ...pod.sharedPodFields(input),
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: terminationGraceSeconds,
      containers: [mainContainer(input)],
      volumes: pod.sharedVolumes(spec, identity),
    },
  } as const;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: ownedMetadata(input, generationNames(identity).taskManager),
    spec: {
      replicas: input.taskManagers ?? taskManagerReplicas(spec.spec),
      ...pod.deploymentFields,
      selector: { matchLabels: componentSelector(identity, 'taskmanager') },
      template: withUserTemplate(own, spec.spec.taskManager.podTemplate),
    },
  };
}

/** It listens, and looks for its JobManager: that may start now. Encrypted, each probe would be a failed handshake in its log. */
function listening({ spec }: FlinkJob): Pick<Container, 'readinessProbe'> {
  if (spec.flink.configuration['security.ssl.internal.enabled'] === 'true') return {};
  return { readinessProbe: { tcpSocket: { port: 'rpc' }, periodSeconds: 2, timeoutSeconds: 2 } };
}

function mainContainer(input: GenerationInput): Container {
  const { spec } = input.generation;
  return pod.flinkContainer(input, {
    name: mainContainerName,
    args: [
      'taskmanager',
      ...dynamicOptions({
        // A rescale finds the pod of an idle TaskManager by it.
        'taskmanager.resource-id': '$(POD_NAME)',
        // Else Flink finds its address by connecting to the JobManager, for which it would wait.
        'taskmanager.host': '$(POD_IP)',
      }),
    ],
    env: [...podVariables, pod.configurationVariable, ...directStart('taskmanager', generationConfiguration(input))],
    ports: [
      { name: 'data', containerPort: ports.taskManagerData, protocol: 'TCP' },
      { name: 'rpc', containerPort: ports.taskManagerRpc, protocol: 'TCP' },
      { name: 'query', containerPort: ports.query, protocol: 'TCP' },
      { name: 'metrics', containerPort: ports.prometheus, protocol: 'TCP' },
    ],
    resources: pod.resourcesOf(spec.spec.taskManager.resources),
    volumeMounts: pod.sharedMounts(spec),
    ...listening(spec),
  });
}
