/** The Service of a generation: what its TaskManagers and the agent use. */
import { ports } from '../flink/configuration-ports.ts';
import { generationNames } from '../names.ts';
import { componentSelector } from './components.ts';
import { type OwnedInput, ownedMetadata } from './generation-input.ts';
import type { Service } from './kubernetes.ts';

/** It publishes a JobManager that is not ready, for TaskManagers register, and the agent polls, before it is. */
export function renderGenerationService(input: OwnedInput): Service {
  const { identity } = input.generation;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: ownedMetadata(input, generationNames(identity).service),
    spec: {
      type: 'ClusterIP',
      publishNotReadyAddresses: true,
      selector: componentSelector(identity, 'jobmanager'),
      ports: [port('rest', ports.rest), port('rpc', ports.rpc), port('blob', ports.blob), port('query', ports.query)],
    },
  };
}

function port(name: string, number: number) {
  return { name, port: number, targetPort: number, protocol: 'TCP' } as const;
}
