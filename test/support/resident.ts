/** Memory of processes, and whether it stays as it is. */
import { readFileSync } from 'node:fs';
import { startTicksOf } from '../../deploy/dev/process.ts';

/** Resident memory of a process, in MiB. @throws when it has ended. */
function residentMiB(pid: number): number {
  const [, kib] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kib) / 1024);
}

/** What a process took at a moment of its life. */
export interface MemoryLook {
  /** Which of all processes that have run: the same one for no two. */
  readonly life: string;
  readonly ageMs: number;
  readonly mib: number;
}

/** What a process takes now. @throws when it has ended. */
export function lookAt(pid: number): MemoryLook {
  const ticks = startTicksOf(pid);
  if (ticks === undefined) throw new Error(`there is no process ${pid}`);
  const upMs = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1000;
  return { life: `${pid}/${ticks}`, ageMs: upMs - Number(ticks) * msPerTick, mib: residentMiB(pid) };
}

/** Linux counts the start of a process in hundredths of a second, on every machine. */
const msPerTick = 10;

/** In its first minute a process takes what it needs. */
const comesUpMs = 60_000;

/** A life that says less than this of how a process grows says nothing. */
const judgedMs = 180_000;

/** @property growth by what share of their size they would grow in ten minutes: 0.25 is a quarter. */
interface Growth {
  readonly lives: number;
  readonly growth: number;
}

/**
 * How processes of one kind grow, each measured against itself: one that was just begun anew is small, and says nothing of those before it.
 * It is the slope of the line that fits all lives best by least squares, where each life may have a height of its own.
 * @returns undefined where none has lived for long enough to say so.
 */
export function growthOf(looks: readonly MemoryLook[]): Growth | undefined {
  const grown = looks.filter(({ ageMs }) => ageMs >= comesUpMs);
  const lives = [...new Set(grown.map(({ life }) => life))];
  const judged = lives
    .map((one) => grown.filter(({ life }) => life === one))
    .filter((life) => spanMs(life) >= judgedMs);
  if (judged.length === 0) return undefined;
  const sums = judged.map((life) => {
    const [age, mib] = [mean(life.map(({ ageMs }) => ageMs)), mean(life.map((one) => one.mib))];
    const together = sum(life.map((one) => (one.ageMs - age) * (one.mib - mib)));
    return { together, apart: sum(life.map((one) => (one.ageMs - age) ** 2)) };
  });
  const mibPerMs = sum(sums.map(({ together }) => together)) / sum(sums.map(({ apart }) => apart));
  return { lives: judged.length, growth: (mibPerMs * 600_000) / mean(judged.flat().map(({ mib }) => mib)) };
}

function spanMs(life: readonly MemoryLook[]): number {
  const ages = life.map(({ ageMs }) => ageMs);
  return Math.max(...ages) - Math.min(...ages);
}

const sum = (all: readonly number[]) => all.reduce((before, one) => before + one, 0);
const mean = (all: readonly number[]) => sum(all) / all.length;
