/** The generation's configuration files, mounted into every pod of it. */
import { configurationYaml } from '../flink/configuration-file.ts';
import { loggingProperties } from '../flink/configuration-logging.ts';
import { flinkConfiguration } from '../flink/configuration.ts';
import { generationNames } from '../names.ts';
import { type OwnedInput, ownedMetadata } from './generation-input.ts';
import type { ConfigMap } from './kubernetes.ts';

/** The Flink options of a generation, as its `config.yaml` has them. */
export function generationConfiguration({ generation: { identity, spec } }: OwnedInput): Record<string, string> {
  const { service, clusterId } = generationNames(identity);
  return flinkConfiguration({ job: spec, generation: identity, service, clusterId });
}

/** `config.yaml` and `log4j-console.properties`. */
export function renderConfigMap(input: OwnedInput): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: ownedMetadata(input, generationNames(input.generation.identity).configMap),
    data: {
      'config.yaml': configurationYaml(generationConfiguration(input)),
      'log4j-console.properties': loggingProperties,
    },
  };
}
