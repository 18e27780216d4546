/** What makes a stored object exactly the rendered one again: server-side apply leaves what others have added. */
import type { ConfigMap, Deployment, KubernetesObject, Service } from './kubernetes.ts';

/** What of a stored object others may have added to. */
export interface AddedTo {
  readonly data?: Readonly<Record<string, unknown>> | undefined;
  readonly spec?: object | undefined;
}

/** A JSON merge patch: it takes whole lists in the place of others, and null for what is to go. */
export interface ExactPatch {
  readonly data?: object;
  readonly spec?: object;
}

/** @returns undefined for a kind to which nothing is added that counts. */
export function exactPatch(rendered: KubernetesObject, stored: AddedTo): ExactPatch | undefined {
  if (isConfigMap(rendered)) return { data: only(rendered.data ?? {}, stored.data) };
  if (isService(rendered)) {
    const { selector, ports } = rendered.spec;
    return { spec: { selector: only(selector, selectorOf(stored.spec)), ports } };
  }
  if (!isDeployment(rendered)) return undefined;
  // What is added as a container comes with volumes.
  return { spec: { template: { spec: { initContainers: null, volumes: null, ...rendered.spec.template.spec } } } };
}

/** The wanted keys, and null for each other one that is there. */
function only(wanted: Readonly<Record<string, unknown>>, there: object | undefined): Readonly<Record<string, unknown>> {
  return { ...Object.fromEntries(Object.keys(there ?? {}).map((key) => [key, null])), ...wanted };
}

function selectorOf(spec: object | undefined): object | undefined {
  const selector: unknown = spec && 'selector' in spec ? spec.selector : undefined;
  return typeof selector === 'object' && selector !== null ? selector : undefined;
}

function isConfigMap(object: KubernetesObject): object is ConfigMap {
  return object.kind === 'ConfigMap';
}

function isService(object: KubernetesObject): object is Service {
  return object.kind === 'Service';
}

function isDeployment(object: KubernetesObject): object is Deployment {
  return object.kind === 'Deployment';
}
