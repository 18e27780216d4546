/** What is said of a fleet. */
import type { Uses } from './fleet-usage.ts';
import { idleReport, idleText } from './idle-report.ts';
import type { IdleWindow } from './idle-window.ts';
import type { Listings, Spread } from './listing.ts';
import { measuredProcesses } from './process-usage.ts';
import type { Applied, Storm } from './storm.ts';
import { columns } from './sums.ts';

export interface FleetReport {
  readonly jobs: number;
  readonly without: Uses;
  readonly with: Uses;
  readonly perThousandJobs: Uses;
  /** That JobManagers got while all was well. */
  readonly requestsPerSecond: number;
  /** From the start of a fresh agent until it had asked each JobManager. */
  readonly timeToKnowMs: number;
  readonly listings: Listings;
  /** Absent where it was not asked for. */
  readonly storm?: Storm;
  /** Without the fleet and with it; none where they were not asked for. */
  readonly idle: readonly IdleWindow[];
}

const bytesPerMiB = 2 ** 20;

export function fleetText(report: FleetReport): string {
  const { jobs, timeToKnowMs, requestsPerSecond, listings, storm, idle } = report;
  return [
    usesText(report),
    `A fresh agent knows ${jobs} jobs after ${secondsOf(timeToKnowMs)} s; then it asks ${requestsPerSecond.toFixed(1)} times a second.`,
    spreads(`Listing ${jobs} jobs`, [
      ['a page of 500', listings.page],
      ['all pages', listings.listing],
    ]),
    ...(storm ? [stormText(storm)] : []),
    ...(idle.length > 0 ? [idleText(idleReport(idle))] : []),
  ].join('\n\n');
}

function stormText({ jobs, policy, dealtWith, applied, appliedBefore }: Storm): string {
  return spreads(`All ${jobs} jobs fail at once (policy ${policy})`, [
    ['until dealt with', dealtWith],
    ...appliedRows('meanwhile', applied),
    ...appliedRows('before', appliedBefore),
  ]);
}

function appliedRows(when: string, { accepted, ended }: Applied): [string, Spread][] {
  return [
    [`another apply accepted, ${when}`, accepted],
    [`another apply done, ${when}`, ended],
  ];
}

function usesText({ jobs, without, with: withFleet, perThousandJobs }: FleetReport): string {
  const head = ['MiB; processors', 'without', `${jobs} jobs`, 'per 1,000', 'without', `${jobs} jobs`, 'per 1,000'];
  const rows = measuredProcesses.map((name) => {
    const all = [without, withFleet, perThousandJobs].map((uses) => uses[name]);
    const memory = all.map(({ residentBytes }) => (residentBytes / bytesPerMiB).toFixed(0));
    return [name, ...memory, ...all.map(({ processors }) => processors.toFixed(3))];
  });
  return columns([head, ...rows]);
}

function spreads(title: string, rows: readonly (readonly [string, Spread])[]): string {
  const lines = rows.map(([what, { count, p50Ms, p99Ms, maxMs }]) => [
    what,
    count,
    ...[p50Ms, p99Ms, maxMs].map(secondsOf),
  ]);
  return columns([[`${title}, in s`, 'times', 'p50', 'p99', 'longest'], ...lines]);
}

function secondsOf(ms: number): string {
  return (ms / 1000).toFixed(3);
}
