import { describe, expect, test } from '@jest/globals';
import type { Aggregate } from '../../../core/autoscaler/samples.ts';
import { namesToAsk, sourceMetricsIn, vertexMeasured } from '../../../core/metrics/vertex-metrics.ts';

const total = (sum: Aggregate['sum']): Aggregate => ({ min: 0, max: 0, avg: 0, sum });

describe('of all that a source measures', () => {
  test('what its operators read, sent and have before them is asked for', () => {
    const names = [
      'numRecordsIn',
      'Source__orders.pendingRecords',
      'Source__orders.numRecordsOut',
      'Source__orders.numRecordsIn',
      'Source__orders.numRecordsInErrors',
      'Source__orders.numRecordsInPerSecond',
      'Source__orders.KafkaSourceReader.pendingRecords',
      'Map.numRecordsIn',
    ];
    expect(sourceMetricsIn(names)).toEqual({
      names: [
        'Source__orders.KafkaSourceReader.pendingRecords',
        'Source__orders.numRecordsIn',
        'Source__orders.numRecordsInPerSecond',
        'Source__orders.numRecordsOut',
        'Source__orders.pendingRecords',
      ],
      partitions: 0,
    });
  });

  test.each<[string, number, string[]]>([
    [
      'Kafka',
      3,
      [
        'Source__o.KafkaSourceReader.topic.orders.partition.0.currentOffset',
        'Source__o.KafkaSourceReader.topic.orders.partition.0.committedOffset',
        'Source__o.KafkaSourceReader.topic.orders.partition.11.currentOffset',
        'Source__o.KafkaSourceReader.topic.re.turns.partition.0.currentOffset',
      ],
    ],
    [
      'Kafka, of two clusters',
      2,
      [
        'Source__o.kafkaCluster.a.KafkaSourceReader.topic.t.partition.0.currentOffset',
        'Source__o.kafkaCluster.b.KafkaSourceReader.topic.t.partition.0.currentOffset',
      ],
    ],
    [
      'Pulsar',
      2,
      [
        'Source__p.PulsarConsumer.persistent_//t-partition-0.name.numMsgsReceived',
        'Source__p.PulsarConsumer.persistent_//t-partition-1.name.numMsgsReceived',
        'Source__p.PulsarConsumer.persistent_//t-partition-1.name.numBytesReceived',
      ],
    ],
    ['a source without partitions', 0, ['Source__s.split.1.watermark.currentWatermark', 'Source__s.pendingRecords']],
  ])('the partitions of %s are counted: %i', (_, partitions, names) => {
    expect(sourceMetricsIn(names).partitions).toBe(partitions);
  });
});

describe('names to ask for', () => {
  test('are few for a vertex that is no source', () => {
    expect(namesToAsk()).toEqual([
      [
        'busyTimeMsPerSecond',
        'idleTimeMsPerSecond',
        'backPressuredTimeMsPerSecond',
        'numRecordsInPerSecond',
        'numRecordsOutPerSecond',
      ],
    ]);
  });

  test('go into as many requests as Flink takes their lines', () => {
    const names = Array.from({ length: 60 }, (_, index) => `Source__${'é'.repeat(60)}${index}.pendingRecords`);
    const portions = namesToAsk({ names, partitions: 0 });
    expect(portions.flat()).toHaveLength(65);
    expect(portions.length).toBeGreaterThan(1);
    for (const portion of portions) expect(encodeURIComponent(portion.join(',')).length).toBeLessThan(3_200);
  });
});

describe('what a vertex has answered', () => {
  test('is nothing where it has not reported', () => {
    expect(vertexMeasured({})).toEqual({});
  });

  test('is summed over the operators of a source that is made of several', () => {
    const answer = {
      'Source__a.pendingRecords': total(5),
      'Source__b.pendingRecords': total(7),
      'Source__a.numRecordsIn': total(1),
      numRecordsOutPerSecond: total(3),
    };
    expect(vertexMeasured(answer)).toEqual({ pendingRecords: 12, sourceRecordsIn: 1, recordsOutPerSecond: 3 });
  });

  test('is unknown as a whole where a part is', () => {
    const answer = { 'Source__a.pendingRecords': total(5), 'Source__b.pendingRecords': total('NaN') };
    expect(vertexMeasured(answer)).toEqual({ pendingRecords: 'NaN' });
  });
});
