/** Lists as Flink reads them: `a;b`, and from 1.19 on also `[a, 'b']`, which is how 2.x tells a list of its `config.yaml`. */
import { parse } from 'yaml';

/** The words of it, without those that are empty. */
export function flinkList(text: string): string[] {
  return (yamlList(text.trim()) ?? text.split(';')).map((one) => one.trim()).filter((one) => one !== '');
}

/** Undefined where the text is none. */
function yamlList(text: string): string[] | undefined {
  if (!text.startsWith('[')) return undefined;
  try {
    // What looks like a number is a word all the same.
    const parsed: unknown = parse(text, { schema: 'failsafe' });
    return Array.isArray(parsed) && parsed.every((one) => typeof one === 'string') ? parsed : undefined;
  } catch {
    return undefined;
  }
}
