/**
 * Memory that TaskManagers were given beside the spec that people apply, by their autoscaler or after they ran out of it: like parallelism, it
 * outlasts the next apply of a file that says of memory what it said before (docs/decisions/0018-…).
 */
import { memoryOf, withMemory } from '../recovery/memory.ts';
import type { FlinkJob } from '../schema/flink-job.ts';
import { parseMemoryBytes } from '../spec/quantity.ts';
import type { Given } from './given-parallelism.ts';
import { whyNoMemory } from './memory-obstacle.ts';

const mebibyte = 2 ** 20;

/** The spec that was accepted last, and what runs. */
interface Before {
  readonly spec: FlinkJob;
  readonly runs?: FlinkJob;
}

/** Bytes of a TaskManager; undefined where its spec says none. */
function memoryIn({ spec }: FlinkJob): number | undefined {
  const text = memoryOf(spec.taskManager.resources);
  return text === undefined ? undefined : parseMemoryBytes(text);
}

/** The spec with so many bytes for each TaskManager, written as a recovery writes them. One that says no memory stays as it is. */
export function withMemoryGiven(spec: FlinkJob, { to }: Given): FlinkJob {
  return withMemoryText(spec, to, Number.isInteger(to / mebibyte) ? `${to / mebibyte}Mi` : `${to}`);
}

/** The spec with what was said before it was given any, as people write it. */
export function withMemorySaid(spec: FlinkJob, { to, over = to }: Given): FlinkJob {
  const gibi = over / 2 ** 30;
  return Number.isInteger(gibi) ? withMemoryText(spec, over, `${gibi}Gi`) : withMemoryGiven(spec, { to: over });
}

function withMemoryText(spec: FlinkJob, bytes: number, to: string): FlinkJob {
  const from = memoryOf(spec.spec.taskManager.resources);
  if (from === undefined || parseMemoryBytes(from) === bytes) return spec;
  return withMemory(spec, { process: 'taskManager', from, to });
}

/**
 * What an applied spec keeps of it: nothing where it says another size than before, or none. Where memory takes an upgrade that must not be, it keeps
 * what runs: a decision that was not carried out would come with an upgrade that loses the state.
 */
export function keptMemory(spec: FlinkJob, before: Before, given: Given | undefined): Given | undefined {
  if (given === undefined || memoryIn(spec) !== given.over) return undefined;
  const running = before.runs && memoryIn(before.runs);
  if (running !== undefined && running !== given.to && whyNoMemory(spec.spec)) return givenAs(running, given);
  const most = memoryMax(spec) === memoryMax(before.spec) ? Infinity : memoryMax(spec);
  return { ...given, to: Math.max(Math.min(given.to, most), given.least ?? 0) };
}

function givenAs(to: number, { over, least }: Given): Given | undefined {
  if (to === over) return undefined;
  const isLeast = least !== undefined && least <= to;
  return { to, ...(over !== undefined && { over }), ...(isLeast && { least }) };
}

/** What a decision gives: no less than a recovery has raised, nor than is requested below the limit. */
export function decidedMemory(before: FlinkJob, given: Given | undefined, bytes: number): Given | undefined {
  const over = given?.over ?? memoryIn(before);
  if (over === undefined) return undefined;
  const to = Math.max(bytes, given?.least ?? 0, requestedApart(before));
  return { ...given, to, over };
}

/**
 * What a recovery has raised counts as given where the autoscaler gives memory, and stays the least.
 * @param raised the spec that the recovery brings the job back with
 */
export function raisedMemory(raised: FlinkJob, before: FlinkJob, given: Given | undefined): Given | undefined {
  const [now, to] = [memoryIn(before), memoryIn(raised)];
  const isGiven = given !== undefined || before.spec.autoscaler?.memory?.mode === 'active';
  if (!isGiven || now === undefined || to === undefined || to <= now) return given;
  return { to, over: given?.over ?? now, least: to };
}

/** A request below the limit stays what it is. */
function requestedApart({ spec }: FlinkJob): number {
  const { limits, requests } = spec.taskManager.resources;
  if (limits?.memory === undefined || requests?.memory === undefined) return 0;
  const requested = parseMemoryBytes(requests.memory);
  return requested === parseMemoryBytes(limits.memory) ? 0 : requested;
}

function memoryMax({ spec: { autoscaler } }: FlinkJob): number {
  const { max } = autoscaler?.memory ?? {};
  return max === undefined ? Infinity : parseMemoryBytes(max);
}
