/** The kinds of Kubernetes objects that Drey uses: where the API server has them, and what they look like on the wire. */
import type {
  CoreV1Event,
  V1ConfigMap,
  V1Deployment,
  V1Ingress,
  V1Job,
  V1Namespace,
  V1Node,
  V1PersistentVolume,
  V1PersistentVolumeClaim,
  V1Pod,
  V1Role,
  V1RoleBinding,
  V1Secret,
  V1Service,
  V1ServiceAccount,
} from '@kubernetes/client-node';

/** A model type as JSON has it: the generated types say `Date` where the API server sends ISO 8601 text. */
type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? Wire<Item>[]
    : T extends object
      ? { [Key in keyof T]: Wire<T[Key]> }
      : T;

interface Models {
  ConfigMap: V1ConfigMap;
  Deployment: V1Deployment;
  Event: CoreV1Event;
  Ingress: V1Ingress;
  Job: V1Job;
  Namespace: V1Namespace;
  Node: V1Node;
  PersistentVolume: V1PersistentVolume;
  PersistentVolumeClaim: V1PersistentVolumeClaim;
  Pod: V1Pod;
  Role: V1Role;
  RoleBinding: V1RoleBinding;
  Secret: V1Secret;
  Service: V1Service;
  ServiceAccount: V1ServiceAccount;
}

/** The name of a kind, as in an object's `kind`. */
export type Kind = keyof Models;

/** An object as the API server stores it: it has an identity and a version. */
export type Stored<T> = Omit<T, 'apiVersion' | 'kind' | 'metadata'> & {
  apiVersion: string;
  kind: string;
  metadata: Wire<NonNullable<V1Pod['metadata']>> & { name: string; uid: string; resourceVersion: string };
};

/** The stored object of a kind. */
export type ObjectOf<K extends Kind> = Stored<Wire<Models[K]>>;

/** What `apply` takes: any object of a known kind, complete or not. */
export interface AppliedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    /** Given: only the object with this uid is changed, and a new one is not made. */
    readonly uid?: string;
    /** Given: only this version is changed. */
    readonly resourceVersion?: string;
  };
}

interface Resource {
  readonly apiVersion: string;
  readonly plural: string;
  readonly clusterScoped?: true;
}

const resources: Record<Kind, Resource> = {
  ConfigMap: { apiVersion: 'v1', plural: 'configmaps' },
  Deployment: { apiVersion: 'apps/v1', plural: 'deployments' },
  Event: { apiVersion: 'v1', plural: 'events' },
  Ingress: { apiVersion: 'networking.k8s.io/v1', plural: 'ingresses' },
  Job: { apiVersion: 'batch/v1', plural: 'jobs' },
  Namespace: { apiVersion: 'v1', plural: 'namespaces', clusterScoped: true },
  Node: { apiVersion: 'v1', plural: 'nodes', clusterScoped: true },
  PersistentVolume: { apiVersion: 'v1', plural: 'persistentvolumes', clusterScoped: true },
  PersistentVolumeClaim: { apiVersion: 'v1', plural: 'persistentvolumeclaims' },
  Pod: { apiVersion: 'v1', plural: 'pods' },
  Role: { apiVersion: 'rbac.authorization.k8s.io/v1', plural: 'roles' },
  RoleBinding: { apiVersion: 'rbac.authorization.k8s.io/v1', plural: 'rolebindings' },
  Secret: { apiVersion: 'v1', plural: 'secrets' },
  Service: { apiVersion: 'v1', plural: 'services' },
  ServiceAccount: { apiVersion: 'v1', plural: 'serviceaccounts' },
};

/** Whether Drey knows this kind. */
export function isKind(kind: string): kind is Kind {
  return Object.hasOwn(resources, kind);
}

/** The group and version of a kind, such as `apps/v1`. */
export function apiVersionOf(kind: Kind): string {
  return resources[kind].apiVersion;
}

/** The path of a kind's objects, or of one of them. `namespace` is not looked at for kinds that have none. */
export function resourcePath(kind: Kind, namespace: string, name?: string): string {
  const { apiVersion, plural, clusterScoped } = resources[kind];
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = clusterScoped || namespace === '' ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${root}${scope}/${plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;
}
