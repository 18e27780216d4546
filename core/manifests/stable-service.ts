/** The Service for people: one per job, at the active generation. */
import { ports } from '../flink/configuration-ports.ts';
import { stableServiceName } from '../names.ts';
import { componentSelector } from './components.ts';
import { type OwnedInput, ownedMetadata } from './generation-input.ts';
import type { Service } from './kubernetes.ts';

/** Only JobManagers that answer are in it. Applied again for another generation, it moves there, its address unchanged. */
export function renderStableService(input: OwnedInput): Service {
  const { identity } = input.generation;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: ownedMetadata(input, stableServiceName(identity)),
    spec: {
      type: 'ClusterIP',
      selector: componentSelector(identity, 'jobmanager'),
      ports: [{ name: 'rest', port: ports.rest, targetPort: ports.rest, protocol: 'TCP' }],
    },
  };
}
