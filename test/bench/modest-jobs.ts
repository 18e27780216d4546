/** Jobs that are as small as a benchmark of many can make them, and how many of them the machine holds. */
import { freemem } from 'node:os';
import { numberSaid } from './numbers-said.ts';

/** What a small Flink cluster really takes. */
const bytesPerCluster = 0.6 * 2 ** 30;

/** More at once show nothing else. */
const jobsMax = 20;

/** Little is asked for, so that it is the machine and not the scheduler that says how many fit. */
const asking = (memory: string) => ({ requests: { cpu: '5m', memory: '128Mi' }, limits: { memory } });

/** The resources of such a job. */
export const modest = {
  jobManager: { resources: asking('512Mi') },
  taskManager: { resources: asking('768Mi') },
};

/**
 * How many jobs the machine's free memory holds; 20 are enough.
 * @param clusters Flink clusters that each of them has at its most.
 * @param bytesKept what is left for all else.
 */
export function jobsThatFit(clusters: number, bytesKept: number): number {
  return Math.max(0, Math.min(jobsMax, Math.floor((freemem() - bytesKept) / (clusters * bytesPerCluster))));
}

/** How many of so many jobs have an active autoscaler: as many as was said, or every second one. */
export function autoscaledOf(jobs: number, said: string | undefined): number {
  return Math.min(jobs, said === undefined ? Math.ceil(jobs / 2) : numberSaid('autoscaled', said));
}
