/** Which of Flink's metrics are asked for of a vertex, and what the answers say. */
import { figureOf, numberOf } from '../autoscaler/figure.ts';
import type { Aggregate, Figure, VertexSample } from '../autoscaler/samples.ts';

/** What every task measures. */
const taskMetrics = {
  busyMsPerSecond: 'busyTimeMsPerSecond',
  idleMsPerSecond: 'idleTimeMsPerSecond',
  backPressuredMsPerSecond: 'backPressuredTimeMsPerSecond',
  recordsInPerSecond: 'numRecordsInPerSecond',
  recordsOutPerSecond: 'numRecordsOutPerSecond',
} as const;

/** What the operators of a source measure; in a name, Flink has `_` for each sign that would end the operator's. */
const sourceMetrics = {
  sourceRecordsIn: /^Source__[^.]*\.numRecordsIn$/,
  sourceRecordsOut: /^Source__[^.]*\.numRecordsOut$/,
  sourceRecordsInPerSecond: /^Source__[^.]*\.numRecordsInPerSecond$/,
  pendingRecords: /\.pendingRecords$/,
} as const;

/** What of a source's many metrics matters: with a thousand partitions it has thousands. */
export interface SourceMetrics {
  /** Names to ask for. */
  readonly names: readonly string[];
  /** Partitions that it reads, as Kafka's and Pulsar's connectors name them; 0 where none does. */
  readonly partitions: number;
}

/** Finds it in all the names of a source's metrics. */
export function sourceMetricsIn(names: readonly string[]): SourceMetrics {
  const wanted = Object.values(sourceMetrics);
  return {
    names: names.filter((name) => wanted.some((pattern) => pattern.test(name))).toSorted(),
    partitions: new Set(names.flatMap((name) => partitionOf(name) ?? [])).size,
  };
}

const kafka = /^(?:.*\.kafkaCluster\.(.+)|.*)\.KafkaSourceReader\.topic\.(.+)\.partition\.(\d+)\.currentOffset$/;
const pulsar = /\.PulsarConsumer\.(.+)-partition-(\d+)\..*\.numMsgsReceived$/;

/** Which partition of which topic, and of which of several Kafka clusters, a metric is about. */
function partitionOf(name: string): string | undefined {
  const parts = kafka.exec(name) ?? pulsar.exec(name);
  return parts?.slice(1).join('/');
}

/** Bytes of all names in one request: Flink refuses one whose first line is longer than 4,096. */
const namesLengthMax = 3_000;

/** All names to ask a vertex for, in portions that fit into one request each. */
export function namesToAsk(source?: SourceMetrics): readonly (readonly string[])[] {
  const portions: { length: number; names: string[] }[] = [];
  for (const name of [...Object.values(taskMetrics), ...(source?.names ?? [])]) {
    const length = encodeURIComponent(name).length + 1;
    const last = portions.at(-1);
    if (last && last.length + length <= namesLengthMax) {
      last.length += length;
      last.names.push(name);
    } else portions.push({ length, names: [name] });
  }
  return portions.map(({ names }) => names);
}

/** What the answers say. A vertex that has not reported yet says nothing, and nothing is made up for it. */
export function vertexMeasured(answer: Readonly<Record<string, Aggregate>>): VertexSample {
  const { busyMsPerSecond, idleMsPerSecond, backPressuredMsPerSecond, ...rates } = taskMetrics;
  return definedOf({
    busyMsPerSecond: answer[busyMsPerSecond],
    idleMsPerSecond: answer[idleMsPerSecond],
    backPressuredMsPerSecond: answer[backPressuredMsPerSecond],
    recordsInPerSecond: answer[rates.recordsInPerSecond]?.sum,
    recordsOutPerSecond: answer[rates.recordsOutPerSecond]?.sum,
    sourceRecordsIn: sumOf(answer, sourceMetrics.sourceRecordsIn),
    sourceRecordsOut: sumOf(answer, sourceMetrics.sourceRecordsOut),
    sourceRecordsInPerSecond: sumOf(answer, sourceMetrics.sourceRecordsInPerSecond),
    pendingRecords: sumOf(answer, sourceMetrics.pendingRecords),
  });
}

/** Over all operators that have it; a sum with an unknown part is unknown. */
function sumOf(answer: Readonly<Record<string, Aggregate>>, pattern: RegExp): Figure | undefined {
  const sums = Object.entries(answer).flatMap(([name, { sum }]) => (pattern.test(name) ? [numberOf(sum)] : []));
  return sums.length === 0 ? undefined : figureOf(sums.reduce((total, one) => total + one, 0));
}

function definedOf(sample: { readonly [Name in keyof VertexSample]: VertexSample[Name] | undefined }): VertexSample {
  return Object.fromEntries(Object.entries(sample).filter(([, value]) => value !== undefined));
}
