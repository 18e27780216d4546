/** What a fleet costs, from what was measured without and with it. */
import { describe, expect, test } from '@jest/globals';
import { fleetText, type FleetReport } from './fleet-report.ts';
import { perThousand, type Uses } from './fleet-usage.ts';
import { spreadOf } from './listing.ts';

const mib = 2 ** 20;
const uses = (mebibytes: number, processors: number): Uses => {
  const use = { residentBytes: mebibytes * mib, processors };
  return { agent: use, worker: use, api: use, temporal: use };
};
const without = uses(100, 0.01);
const withFleet = uses(600, 0.51);

test('what a thousand jobs use is what was more, by their number', () => {
  const { agent } = perThousand(without, withFleet, 10_000);
  expect(agent.residentBytes).toBe(50 * mib);
  expect(agent.processors).toBeCloseTo(0.05, 9);
});

describe('the report on a fleet', () => {
  const spread = spreadOf(Array.from({ length: 200 }, (_, index) => index + 1));
  const applied = { accepted: spread, ended: spread };
  const report: FleetReport = {
    jobs: 10_000,
    without,
    with: withFleet,
    perThousandJobs: perThousand(without, withFleet, 10_000),
    requestsPerSecond: 200,
    timeToKnowMs: 51_200,
    listings: { jobs: 10_000, page: spread, listing: spread },
    storm: { jobs: 10_000, policy: 'never', dealtWith: spread, applied, appliedBefore: applied },
    idle: [],
  };
  const text = fleetText(report);

  test('has each process, with what a thousand jobs take', () => {
    expect(text).toMatch(/^worker +100 +600 +50 +0.010 +0.510 +0.050$/m);
  });

  test('has the spreads in seconds', () => {
    expect(text).toMatch(/^until dealt with +200 +0.100 +0.198 +0.200$/m);
    expect(text).toMatch(/^all pages +200 /m);
  });

  test('leaves out what was not measured, and has the idle windows that were', () => {
    const { storm, ...calm } = report;
    const window = { what: 'the fleet', jobs: 10_000, durationMs: 600_000, actions: 20, actionsByKind: {}, events: 0 };
    const idle = [{ ...window, actionsPerHour: 120, eventsPerHour: 0 }];
    expect(text).toContain(`All ${storm?.jobs} jobs fail`);
    expect(text).not.toContain('actions/h');
    expect(fleetText({ ...calm, idle })).not.toContain('jobs fail');
    expect(fleetText({ ...calm, idle })).toMatch(/^the fleet +10000 +120 +0 /m);
  });

  test('says how soon a fresh agent knows all', () => {
    expect(text).toContain('A fresh agent knows 10000 jobs after 51.200 s');
  });
});
