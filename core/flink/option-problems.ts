/** What is wrong with `spec.flink.configuration`: options that Drey sets, that the Flink version does not read, or that hold secrets. */
import { type FieldPath, problem } from '../spec/problem.ts';
import { type SpecRule, rule } from '../spec/rule.ts';
import { checkpointCacheKeys, checkpointCacheMsMax } from './configuration-rest.ts';
import { flinkDurationMs } from './flink-duration.ts';
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

/** What Flink has by default: a stop counts on that no other JobManager leads sooner. */
const leaseMsMin = 15_000;

const leaseKeys = ['lease-duration', 'renew-deadline'].map(
  (name) => `high-availability.kubernetes.leader-election.${name}`,
);

const leaseRule = rule(['flink.configuration'], (configuration) =>
  leaseKeys.flatMap((key) => {
    const value = configuration[key];
    if (value === undefined || (flinkDurationMs(value) ?? 0) >= leaseMsMin) return [];
    const reason = 'must be at least 15 s: Drey counts on that when it stops a JobManager';
    return [problem([...path, key], reason, 'Give 15 s or more, such as `60 s` in a cluster that is short of CPU.')];
  }),
);

const cacheRule = rule(['flink.configuration'], (configuration) =>
  checkpointCacheKeys.flatMap((key) => {
    const value = configuration[key];
    if (value === undefined || (flinkDurationMs(value) ?? Infinity) <= checkpointCacheMsMax) return [];
    const reason =
      'must be at most 60 s: Drey waits for as long until it believes what Flink tells of a job that has ended';
    return [problem([...path, key], reason, 'Give 60 s or less, such as `3 s`, which is what Flink has by default.')];
  }),
);

export const optionRules: readonly SpecRule[] = [ownershipRule, versionRule, leaseRule, cacheRule];
