/** The jobs of the scenarios: common shapes, sized so that a load of 10 000 records per second needs some ten slots. */
import type { InputModel, JobModel, VertexModel } from './job-model.ts';

const usual = { pauseSeconds: 20, provisionSeconds: 60, stateGigabytes: 5, warmUpSeconds: 60 };

const hash = (from: string, share?: number): InputModel => input(from, 'hash', share);
const rebalance = (from: string, share?: number): InputModel => input(from, 'rebalance', share);
const forward = (from: string): InputModel => input(from, 'forward');

function input(from: string, shipping: InputModel['shipping'], share?: number): InputModel {
  return share === undefined ? { from, shipping } : { from, shipping, share };
}

const topic = (id: string, partitions: number, rate: number): VertexModel => ({ id, inputs: [], partitions, rate });

/** Reads, counts by key, writes. `more` is about the counting vertex. */
export function counting(more: Partial<VertexModel> = {}, rest: Partial<JobModel> = {}): JobModel {
  return {
    ...usual,
    vertices: [
      topic('read', 32, 5_000),
      { id: 'count', inputs: [hash('read')], rate: 1_200, contention: 0.002, ...more },
      { id: 'write', inputs: [forward('count')], rate: 3_000, contention: 0.005 },
    ],
    ...rest,
  };
}

/** Reads and does everything in one chain: no shuffle, no state to speak of. */
export function stateless(source: Partial<VertexModel> = {}): JobModel {
  return { ...usual, stateGigabytes: 0, vertices: [{ ...topic('read', 60, 1_000), ...source }] };
}

/** Parses, makes several records of each, counts them by key, writes. */
export function flattening(): JobModel {
  return {
    ...usual,
    vertices: [
      topic('read', 24, 4_000),
      { id: 'flatten', inputs: [rebalance('read')], rate: 1_500, selectivity: 4 },
      { id: 'count', inputs: [hash('flatten')], rate: 4_000, contention: 0.01, selectivity: 0.1 },
      { id: 'write', inputs: [rebalance('count')], rate: 2_000 },
    ],
  };
}

/** Joins orders with clicks by key, asks something about each pair, writes. */
export function joining(rest: Partial<JobModel> = {}): JobModel {
  return {
    ...usual,
    stateGigabytes: 20,
    vertices: [
      topic('orders', 12, 3_000),
      topic('clicks', 48, 6_000),
      { id: 'clean', inputs: [rebalance('clicks')], rate: 2_500, selectivity: 0.8 },
      { id: 'join', inputs: [hash('orders'), hash('clean')], rate: 1_500, contention: 0.01, selectivity: 0.3 },
      { id: 'enrich', inputs: [rebalance('join')], rate: 500 },
      { id: 'write', inputs: [rebalance('enrich')], rate: 2_000 },
    ],
    ...rest,
  };
}

/** One stream to three uses: a rare and dear one, a window, and an archive. */
export function fanningOut(): JobModel {
  return {
    ...usual,
    vertices: [
      topic('read', 40, 5_000),
      { id: 'parse', inputs: [rebalance('read')], rate: 2_000, contention: 0.003 },
      { id: 'check', inputs: [hash('parse', 0.2)], rate: 250, contention: 0.005 },
      { id: 'minutes', inputs: [hash('parse')], rate: 2_500, windowSeconds: 60, selectivity: 0.02 },
      { id: 'archive', inputs: [rebalance('parse')], rate: 2_000 },
      { id: 'publish', inputs: [rebalance('minutes')], rate: 1_500 },
    ],
  };
}

/** Three topics into one, without doubles. */
export function fanningIn(): JobModel {
  return {
    ...usual,
    vertices: [
      topic('north', 16, 4_000),
      topic('south', 16, 4_000),
      topic('west', 8, 4_000),
      { id: 'unique', inputs: [hash('north'), hash('south'), hash('west')], rate: 1_000, contention: 0.004 },
      { id: 'write', inputs: [rebalance('unique')], rate: 1_800 },
    ],
  };
}

/** Windows of five minutes whose results are dear to write: they come in bursts. */
export function windowing(): JobModel {
  return {
    ...usual,
    vertices: [
      topic('read', 32, 5_000),
      { id: 'window', inputs: [hash('read')], rate: 1_500, windowSeconds: 300, selectivity: 0.05, contention: 0.003 },
      { id: 'write', inputs: [rebalance('window')], rate: 3_000 },
    ],
  };
}

/** Eight vertices in a row, each with a cost of its own. */
export function longChain(): JobModel {
  const rates = [2_200, 1_800, 2_600, 1_400, 2_000, 1_200, 3_000];
  return {
    ...usual,
    vertices: [
      topic('read', 36, 4_000),
      ...rates.map((rate, at): VertexModel => {
        const from = at === 0 ? 'read' : `step-${at}`;
        return { id: `step-${at + 1}`, inputs: [at % 2 === 0 ? hash(from) : rebalance(from)], rate, contention: 0.003 };
      }),
    ],
  };
}

/** A light part and a heavy part, each in slots of its own. */
export function twoGroups(): JobModel {
  return {
    ...usual,
    vertices: [
      { ...topic('read', 32, 5_000), slotSharingGroup: 'light' },
      { id: 'parse', inputs: [forward('read')], rate: 5_000, slotSharingGroup: 'light' },
      { id: 'score', inputs: [hash('parse')], rate: 700, contention: 0.004, slotSharingGroup: 'heavy' },
      { id: 'write', inputs: [forward('score')], rate: 2_000, slotSharingGroup: 'heavy' },
    ],
  };
}

/** So much state that a rescale stops it for five minutes. */
export function largeState(): JobModel {
  return counting({}, { stateGigabytes: 200, warmUpSeconds: 180 });
}
