/** The Ingress for people: in front of the job's stable Service. */
import { stableServiceName } from '../names.ts';
import { type OwnedInput, ownedMetadata } from './generation-input.ts';
import type { Ingress } from './kubernetes.ts';

/** The whole host belongs to the job: Flink's web UI does not work under a path. Undefined where the spec has no ingress. */
export function renderIngress(input: OwnedInput): Ingress | undefined {
  const { identity, spec } = input.generation;
  const { ingress } = spec.spec;
  if (ingress === undefined) return undefined;
  const name = stableServiceName(identity);
  const { host, className, tlsSecret } = ingress;
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { ...ownedMetadata(input, name), annotations: ingress.annotations },
    spec: {
      ...(className !== undefined && { ingressClassName: className }),
      ...(tlsSecret !== undefined && { tls: [{ hosts: [host], secretName: tlsSecret }] }),
      rules: [
        {
          host,
          http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name, port: { name: 'rest' } } } }] },
        },
      ],
    },
  };
}
