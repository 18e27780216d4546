/** How long it takes to list a whole fleet from the API, page by page. */
import type { DreyClient } from '../../clients/drey/client.ts';
import { fleetTenant } from './fleet-job.ts';
import { percentile } from './sums.ts';

export interface Spread {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface Listings {
  readonly jobs: number;
  /** One request. */
  readonly page: Spread;
  /** All pages. */
  readonly listing: Spread;
}

/** The most that the API gives at once. */
const pageSize = 500;

/** Lists all of the fleet so many times. @throws where jobs are missing. */
export async function measureListings(drey: DreyClient, jobs: number, times: number): Promise<Listings> {
  const pagesMs: number[] = [];
  const listingsMs: number[] = [];
  for (let time = 0; time < times; time += 1) {
    const own = await listOnce(drey, jobs);
    pagesMs.push(...own);
    listingsMs.push(own.reduce((sum, ms) => sum + ms, 0));
  }
  return { jobs, page: spreadOf(pagesMs), listing: spreadOf(listingsMs) };
}

/** @returns how long each page took. */
async function listOnce(drey: DreyClient, jobs: number): Promise<number[]> {
  const pagesMs: number[] = [];
  let cursor: string | undefined;
  let seen = 0;
  do {
    const beganAt = performance.now();
    const page = await drey.listJobs(fleetTenant, { limit: pageSize, cursor });
    pagesMs.push(performance.now() - beganAt);
    seen += page.items.length;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  if (seen !== jobs) throw new Error(`the API listed ${seen} of ${jobs} jobs`);
  return pagesMs;
}

export function spreadOf(ms: readonly number[]): Spread {
  return {
    count: ms.length,
    p50Ms: percentile(ms, 50),
    p99Ms: percentile(ms, 99),
    maxMs: percentile(ms, 100),
  };
}
