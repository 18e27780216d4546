/** How long nothing was processed: by the records that a ledger job wrote, and by what Flink says of its tasks. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { waitUntil } from '../../deploy/dev/process.ts';
import type { BenchStack } from './support.ts';

/** A Flink cluster by its Service, and the job on it. */
export interface JobAt {
  readonly name: string;
  readonly flinkJobId: string;
}

const vertices = z.object({ vertices: z.array(z.object({ id: z.string() })) });
const subtasks = z.object({ subtasks: z.array(z.object({ timestamps: z.object({ RUNNING: z.number() }) })) });

/** From the end of one job to the moment at which the last task of the other began to run, in milliseconds. */
export async function flinkPauseMs(stack: BenchStack, from: JobAt, to: JobAt): Promise<number> {
  const ended = (await stack.flinkOf(from.name).jobs()).find(({ id }) => id === from.flinkJobId)?.endedAtMs;
  return Math.max(...(await beganToRun(stack, to))) - (ended ?? Number.NaN);
}

/** When each task of the job began to run, in its newest attempt, in milliseconds since 1970; nothing sensible for one that has not. */
export async function beganToRun(stack: BenchStack, { name, flinkJobId }: JobAt): Promise<number[]> {
  const page = `/jobs/${flinkJobId}`;
  const running: number[] = [];
  for (const { id } of vertices.parse(await stack.flinkPage(name, page)).vertices) {
    const times = subtasks.parse(await stack.flinkPage(name, `${page}/vertices/${id}/subtasktimes`));
    running.push(...times.subtasks.map(({ timestamps }) => timestamps.RUNNING));
  }
  return running;
}

/** Files that were written to before this are not read. */
const marginMs = 5_000;

/** The longest time without a record in the committed files of a ledger job, since then, in milliseconds. */
export function recordGapMs(folder: string, sinceMs: number): number {
  return longestGap(processedSince(folder, sinceMs));
}

/** The same within a window, of a job that runs on: what comes after it must be committed first. */
export async function recordGapWithinMs(folder: string, fromMs: number, toMs: number): Promise<number> {
  const isCommitted = async () => {
    const times = processedSince(folder, fromMs);
    return (times.at(-1) ?? 0) > toMs && times;
  };
  const times = await waitUntil(isCommitted, { what: 'the end of the window to be committed', timeoutMs: 120_000 });
  return longestGap(times.filter((at) => at <= toMs));
}

function longestGap(times: readonly number[]): number {
  return times.slice(1).reduce((longest, at, index) => Math.max(longest, at - (times[index] ?? at)), 0);
}

/** When each record was processed, in order. */
function processedSince(folder: string, sinceMs: number): number[] {
  return ledgerFiles(folder, sinceMs - marginMs)
    .flatMap((file) => readFileSync(file, 'utf8').trimEnd().split('\n'))
    .map((line) => Number(line.split(',')[4]))
    .filter((at) => at >= sinceMs)
    .toSorted((a, b) => a - b);
}

/** Hidden files are not committed. */
function ledgerFiles(folder: string, sinceMs: number): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return files.filter((file) => !`/${relative(folder, file)}`.includes('/.') && statSync(file).mtimeMs >= sinceMs);
}
