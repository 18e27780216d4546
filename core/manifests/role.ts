/** What Flink's Kubernetes high availability may do. */
import { generationNames } from '../names.ts';
import { type OwnedInput, ownedMetadata } from './generation-input.ts';
import type { Role } from './kubernetes.ts';

/**
 * ConfigMaps only: leaders and pointers to checkpoints are kept in them. They cannot be limited to names, since Flink
 * lists and watches by label and makes one for each job id.
 */
export function renderRole(input: OwnedInput): Role {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: ownedMetadata(input, generationNames(input.generation.identity).serviceAccount),
    rules: [
      {
        apiGroups: [''],
        resources: ['configmaps'],
        verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'],
      },
    ],
  };
}
