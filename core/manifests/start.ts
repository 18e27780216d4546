/**
 * How Flink's processes are started, in a way that holds for every image: ours executes java at once with what
 * `DREY_JVM_ARGS` says; others ignore that and let Flink's scripts compute it from the same configuration.
 *
 * Arguments are those of the official entry point. `-D key=value` must be two arguments: its `jobmanager` takes a first
 * one that is not exactly `-D` for a host name.
 */
import { type FlinkProcess, userJavaOptions } from '../flink/configuration-java.ts';
import type { Settings } from '../flink/configuration-input.ts';
import { jobManagerMemory, taskManagerMemory } from '../flink/memory.ts';
import type { EnvironmentVariable } from './kubernetes.ts';

/** The pod's own address and name, for arguments that refer to them as `$(POD_IP)` and `$(POD_NAME)`. */
export const podVariables: readonly EnvironmentVariable[] = [
  { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
  { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
];

/** Options given on the command line, since only the pod knows their values. */
export function dynamicOptions(options: Readonly<Record<string, string>>): string[] {
  return Object.entries(options).flatMap(([key, value]) => ['-D', `${key}=${value}`]);
}

/** Kubernetes replaces `$(NAME)` in arguments and variables; text of the user's is to arrive as it is. */
export function literal(text: string): string {
  return text.replaceAll('$', '$$$$');
}

/**
 * For images of ours: the JVM's arguments, and memory options for Flink's command line, where a TaskManager demands them.
 * Empty where the memory does not add up: then Flink's scripts say what is wrong.
 */
export function directStart(process: FlinkProcess, configuration: Settings): EnvironmentVariable[] {
  const memory = process === 'jobmanager' ? jobManagerMemory(configuration) : taskManagerMemory(configuration);
  if ('problem' in memory) return [];
  const jvmArgs = [...memory.jvmArgs, ...userJavaOptions(configuration, process)];
  return [
    { name: 'DREY_JVM_ARGS', value: literal(jvmArgs.join(' ')) },
    { name: 'DREY_FLINK_ARGS', value: literal(dynamicOptions(memory.dynamicProperties).join(' ')) },
  ];
}
