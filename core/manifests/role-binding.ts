/** Gives the pods' account, the user's own included, what high availability needs. */
import { generationNames } from '../names.ts';
import { type OwnedInput, ownedMetadata } from './generation-input.ts';
import type { RoleBinding } from './kubernetes.ts';
import { serviceAccountName } from './service-account.ts';

/** The role of the generation, for the account of its pods. */
export function renderRoleBinding(input: OwnedInput): RoleBinding {
  const { identity, spec } = input.generation;
  const { serviceAccount } = generationNames(identity);
  const name = serviceAccountName(spec, identity) ?? serviceAccount;
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: ownedMetadata(input, serviceAccount),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: serviceAccount },
    subjects: [{ kind: 'ServiceAccount', name, namespace: spec.spec.namespace }],
  };
}
