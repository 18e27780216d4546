/** Memory of processes, and whether it stays as it is. */
import { readFileSync } from 'node:fs';

/** Resident memory of a process, in MiB. @throws when it has ended. */
export function residentMiB(pid: number): number {
  const [, kib] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kib) / 1024);
}

/**
 * By what a process has grown over the second half of a run: the most of its last quarter over the most of its second one. What it has
 * taken by then it keeps, also where it was ended and begun anew now and then; only a leak goes on growing.
 * @returns undefined for fewer than 8 looks, which say nothing.
 */
export function growth(looksMiB: readonly number[]): number | undefined {
  const quarter = Math.floor(looksMiB.length / 4);
  if (quarter < 2) return undefined;
  return Math.max(...looksMiB.slice(-quarter)) / Math.max(...looksMiB.slice(quarter, 2 * quarter));
}
