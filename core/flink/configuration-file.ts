/** The text of `config.yaml`, which Flink 1.20 and 2.x read alike: flat keys, one a line. */
import type { Settings } from './configuration-input.ts';

/** Text that YAML takes as the word, number, or number with a unit, that Flink would read from it. */
const plainScalar = /^(?:[A-Za-z](?:[\w./:-]*[\w/])?|(?:0|[1-9]\d{0,17})(?:ms|[smhdb])?)$/;
/** Words that YAML may take for something else than text. */
const reserved = /^(?:null|yes|no|on|off|y|n|nan|inf)$/i;

/** Flink's configuration as YAML. */
export function configurationYaml(settings: Settings): string {
  return Object.entries(settings)
    .map(([key, value]) => `${scalar(key)}: ${scalar(value)}\n`)
    .join('');
}

/** A JSON string is a YAML string, with the same escapes. */
function scalar(text: string): string {
  return plainScalar.test(text) && !reserved.test(text) ? text : JSON.stringify(text);
}
