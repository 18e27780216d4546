/** Reads memory settings out of a Flink configuration, and derives what the JVM needs beside Flink's own memory. */
import {
  MemoryRefusal,
  isWithin,
  megabytes,
  parseMemorySize,
  shareBesides,
  shareOf,
  subtractMemory,
  type MemoryShare,
} from './memory-size.ts';

/** A flat Flink configuration, as it stands in `config.yaml`. */
export type FlinkConfig = Readonly<Record<string, string>>;

/** Either process of a Flink cluster, as its keys begin. */
export type MemoryScope = 'jobmanager' | 'taskmanager';

/** What a JVM takes beside heap and direct memory. */
export interface JvmMemory {
  readonly metaspace: bigint;
  readonly overhead: bigint;
}

/** A size from the configuration, or undefined when it is not set. */
export function configuredSize(config: FlinkConfig, key: string): bigint | undefined {
  const text = config[key];
  return text === undefined ? undefined : parseMemorySize(key, text);
}

/** A size from the configuration, or Flink's default for it. */
export function sizeOr(config: FlinkConfig, key: string, fallback: string): bigint {
  return parseMemorySize(key, config[key] ?? fallback);
}

/** A share from its fraction key and its bounds. Flink reads fractions with single precision. */
export function shareFrom(config: FlinkConfig, key: string, fallback: number, min: bigint, max: bigint): MemoryShare {
  const text = config[key];
  const fraction = Math.fround(text === undefined ? fallback : Number(text));
  if (!(fraction >= 0 && fraction < 1)) throw new MemoryRefusal(`${key}: '${text}' must be at least 0 and below 1`);
  if (min > max) throw new MemoryRefusal(`${key}: its min (${megabytes(min)}) is above its max (${megabytes(max)})`);
  return { min, max, fraction };
}

/** What the JVM needs out of the total size of the process. */
export function jvmMemoryOfProcess(config: FlinkConfig, scope: MemoryScope, processSize: bigint): JvmMemory {
  const metaspace = metaspaceOf(config, scope);
  const overhead = shareOf(processSize, overheadShare(config, scope));
  subtractMemory(processSize, metaspace + overhead, `${scope}: JVM metaspace and overhead exceed the process size`);
  return { metaspace, overhead };
}

/** What the JVM needs on top of Flink's memory, checked against the process size if that is set, too. */
export function jvmMemoryBesides(config: FlinkConfig, scope: MemoryScope, flinkSize: bigint): JvmMemory {
  const metaspace = metaspaceOf(config, scope);
  const share = overheadShare(config, scope);
  const processSize = configuredSize(config, `${scope}.memory.process.size`);
  if (processSize === undefined) return { metaspace, overhead: shareBesides(flinkSize + metaspace, share) };
  const problem = `${scope}: Flink memory and JVM metaspace exceed the process size`;
  const overhead = subtractMemory(processSize, flinkSize + metaspace, problem);
  if (isWithin(overhead, share)) return { metaspace, overhead };
  const range = `${megabytes(share.min)} to ${megabytes(share.max)}`;
  throw new MemoryRefusal(`${scope}: ${megabytes(overhead)} remain as JVM overhead, which must be ${range}`);
}

/** The settings that fix what the JVM needs, so that the process computes nothing again. */
export function jvmMemoryProperties(scope: MemoryScope, { metaspace, overhead }: JvmMemory): Record<string, string> {
  return {
    [`${scope}.memory.jvm-metaspace.size`]: `${metaspace}b`,
    [`${scope}.memory.jvm-overhead.min`]: `${overhead}b`,
    [`${scope}.memory.jvm-overhead.max`]: `${overhead}b`,
  };
}

function metaspaceOf(config: FlinkConfig, scope: MemoryScope): bigint {
  return sizeOr(config, `${scope}.memory.jvm-metaspace.size`, '256m');
}

function overheadShare(config: FlinkConfig, scope: MemoryScope): MemoryShare {
  const prefix = `${scope}.memory.jvm-overhead`;
  const bounds = [sizeOr(config, `${prefix}.min`, '192m'), sizeOr(config, `${prefix}.max`, '1g')] as const;
  return shareFrom(config, `${prefix}.fraction`, 0.1, ...bounds);
}
