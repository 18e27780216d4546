/**
 * Flink options that one of the versions Drey runs reads and another silently ignores. Taken from the option classes of
 * Flink 1.20.5, 2.0.0, 2.1.0, 2.2.0 and 2.3.0. Old names that Flink still reads under a new one are not here.
 */
import type { FlinkVersion } from '../schema/flink-job.ts';
import { type FieldPath, type SpecProblem, problem } from '../spec/problem.ts';

interface VersionedOption {
  /** A key, or the beginning of keys when it ends with `*`. */
  readonly key: string;
  /** The first version that reads it; absent: all before `until`. */
  readonly since?: FlinkVersion;
  /** The first version that no longer reads it. */
  readonly until?: FlinkVersion;
  /** What to use where it is not read. */
  readonly instead?: string;
}

const removed = (key: string, instead?: string): VersionedOption => ({
  key,
  until: '2.0',
  ...(instead && { instead }),
});
const added = (key: string, since: FlinkVersion, instead?: string): VersionedOption => ({
  key,
  since,
  ...(instead && { instead }),
});

const tuned = 'Flink 2 tunes this by itself: leave it out.';
const serializers = 'Use `pipeline.serialization-config`.';
const adaptive = 'jobmanager.adaptive-scheduler.';

export const versionedOptions: readonly VersionedOption[] = [
  removed('akka.watch.*', 'Use `heartbeat.interval` and `heartbeat.timeout`.'),
  removed('cluster.evenly-spread-out-slots', 'Use `taskmanager.load-balance.mode: SLOTS`.'),
  removed('execution.async-state.buffer-size', 'Use `execution.async-state.active-buffer-size`.'),
  removed('execution.async-state.buffer-timeout', 'Use `execution.async-state.active-buffer-timeout`.'),
  removed('execution.async-state.in-flight-records-limit', 'Use `execution.async-state.total-buffer-size`.'),
  removed('execution.checkpointing.force'),
  removed('fine-grained.shuffle-mode.all-blocking', 'Use `execution.batch-shuffle-mode`.'),
  removed('jobmanager.web.backpressure.*', tuned),
  removed('web.backpressure.*', tuned),
  removed('pipeline.auto-type-registration', serializers),
  removed('pipeline.default-kryo-serializers', serializers),
  removed('pipeline.registered-kryo-types', serializers),
  removed('pipeline.registered-pojo-types', serializers),
  removed('pipeline.time-characteristic', 'Event time is always on: leave it out.'),
  removed('resourcemanager.taskmanager-release.wait.result.consumed'),
  removed('state.backend.async', 'Snapshots are always asynchronous: leave it out.'),
  removed('state.backend.rocksdb.checkpointdir', 'Use `state.backend.rocksdb.localdir`.'),
  removed('taskmanager.exit-on-fatal-akka-error'),
  removed('taskmanager.initial-registration-pause', 'Use `cluster.registration.initial-timeout`.'),
  removed('taskmanager.max-registration-pause', 'Use `cluster.registration.max-timeout`.'),
  removed('taskmanager.refused-registration-pause', 'Use `cluster.registration.refused-registration-delay`.'),
  removed('taskmanager.registration.initial-backoff', 'Use `cluster.registration.initial-timeout`.'),
  removed('taskmanager.registration.max-backoff', 'Use `cluster.registration.max-timeout`.'),
  removed('taskmanager.registration.refused-backoff', 'Use `cluster.registration.refused-registration-delay`.'),
  removed('taskmanager.net.client.numThreads', tuned),
  removed('taskmanager.net.num-arenas', tuned),
  removed('taskmanager.net.sendReceiveBufferSize', tuned),
  removed('taskmanager.net.server.backlog', tuned),
  removed('taskmanager.net.server.numThreads', tuned),
  removed('taskmanager.net.transport', tuned),
  removed('taskmanager.network.netty.client.numThreads', tuned),
  removed('taskmanager.network.netty.num-arenas', tuned),
  removed('taskmanager.network.netty.sendReceiveBufferSize', tuned),
  removed('taskmanager.network.netty.server.backlog', tuned),
  removed('taskmanager.network.netty.server.numThreads', tuned),
  removed('taskmanager.network.netty.transport', tuned),
  removed('taskmanager.network.batch-shuffle.compression.enabled', 'Use `taskmanager.network.compression.codec`.'),
  removed('taskmanager.network.blocking-shuffle.*', tuned),
  removed('taskmanager.network.hybrid-shuffle.enable-new-mode', 'The new mode is always on: leave it out.'),
  removed('taskmanager.network.hybrid-shuffle.num-retained-in-memory-regions-max', tuned),
  removed('taskmanager.network.hybrid-shuffle.spill-index-region-group-size', tuned),
  removed('taskmanager.network.hybrid-shuffle.spill-index-segment-size', tuned),
  removed('taskmanager.network.max-num-tcp-connections', tuned),
  removed('taskmanager.network.memory.buffers-per-channel', tuned),
  removed('taskmanager.network.memory.floating-buffers-per-gate', tuned),
  removed('taskmanager.network.memory.max-buffers-per-channel', tuned),
  removed('taskmanager.network.memory.max-overdraft-buffers-per-gate', tuned),
  removed('taskmanager.network.numberOfBuffers', 'Use `taskmanager.memory.network.fraction`.'),
  removed('taskmanager.network.sort-shuffle.min-parallelism', tuned),
  { key: 'traces.report-events-as-spans', until: '2.2', instead: 'Use `events.reporters`.' },

  added(`${adaptive}executing.cooldown-after-rescaling`, '2.0', `Use \`${adaptive}scaling-interval.min\`.`),
  added(`${adaptive}executing.resource-stabilization-timeout`, '2.0', `Use \`${adaptive}scaling-interval.max\`.`),
  added(`${adaptive}rescale-trigger.*`, '2.0'),
  added(`${adaptive}submission.resource-wait-timeout`, '2.0', `Use \`${adaptive}resource-wait-timeout\`.`),
  added(
    `${adaptive}submission.resource-stabilization-timeout`,
    '2.0',
    `Use \`${adaptive}resource-stabilization-timeout\`.`,
  ),
  added('execution.async-state.active-buffer-size', '2.0', 'Use `execution.async-state.buffer-size`.'),
  added('execution.async-state.active-buffer-timeout', '2.0', 'Use `execution.async-state.buffer-timeout`.'),
  added('execution.async-state.total-buffer-size', '2.0', 'Use `execution.async-state.in-flight-records-limit`.'),
  added('execution.job-status-changed-listeners', '2.0'),
  added('slot.request.max-interval', '2.0'),
  added('state.backend.forst.*', '2.0', 'Use `state.backend.rocksdb.…`: the ForSt backend came with Flink 2.'),
  added('taskmanager.memory.starting-segment-size', '2.0'),
  added('events.reporters', '2.1'),
  added('state.size-track.*', '2.1'),
  added('traces.checkpoint.span-detail-level', '2.2'),
  added('execution.checkpointing.during-recovery.enabled', '2.3'),
  added('execution.checkpointing.unaligned.recover-output-on-downstream.enabled', '2.3'),
  added('pipeline.sources.pause-until-first-checkpoint', '2.3'),
  added('pipeline.watermark-alignment.buffer-size', '2.3'),
  added('rest.cache.execution-graph.timeout', '2.3'),
  added('taskmanager.network.adaptive-partitioner.*', '2.3'),
  added('web.adaptive-scheduler.rescale-history.size', '2.3'),
];

/** The problem of an option that the version ignores without a word. */
export function versionOptionProblem(path: FieldPath, key: string, version: FlinkVersion): SpecProblem[] {
  const row = versionedOptions.find((each) => matches(each.key, key));
  if (row?.since !== undefined && isBefore(version, row.since)) {
    return [problem([...path, key], `is not read by Flink ${version}: it came with ${row.since}`, row.instead)];
  }
  if (row?.until !== undefined && !isBefore(version, row.until)) {
    return [problem([...path, key], `is not read by Flink ${version}: it went with ${row.until}`, row.instead)];
  }
  return [];
}

function matches(pattern: string, key: string): boolean {
  return pattern.endsWith('*') ? key.startsWith(pattern.slice(0, -1)) : key === pattern;
}

/** Versions are `major.minor`, so 1.20 comes after 1.9. */
export function isBefore(version: FlinkVersion, other: FlinkVersion): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [otherMajor = 0, otherMinor = 0] = other.split('.').map(Number);
  return major < otherMajor || (major === otherMajor && minor < otherMinor);
}
