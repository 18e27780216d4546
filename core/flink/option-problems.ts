/** What is wrong with `spec.flink.configuration`: options that Drey sets, that the Flink version does not read, or that hold secrets. */
import { type FieldPath, problem } from '../spec/problem.ts';
import { type SpecRule, rule } from '../spec/rule.ts';
import { reservedOption } from './reserved-options.ts';
import { isSensitiveName, sensitiveOptionProblem } from './sensitive-options.ts';
import { versionOptionProblem } from './version-options.ts';

const path: FieldPath = ['spec', 'flink', 'configuration'];

/** Options that no version lets users set: they are Drey's, or they are secrets. */
const ownershipRule = rule(['flink.configuration'], (configuration) =>
  Object.keys(configuration).flatMap((key) => {
    const reserved = reservedOption(key);
    if (!reserved) return sensitiveOptionProblem(path, key);
    return [problem([...path, key], `cannot be set: ${reserved.reason}`, reserved.instead)];
  }),
);

const versionRule = rule(['flink.configuration', 'flink.version'], (configuration, version) =>
  Object.keys(configuration)
    .filter((key) => !reservedOption(key) && !isSensitiveName(key))
    .flatMap((key) => versionOptionProblem(path, key, version)),
);

export const optionRules: readonly SpecRule[] = [ownershipRule, versionRule];
