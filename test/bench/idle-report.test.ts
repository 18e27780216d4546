/** What is said of idle jobs. */
import { describe, expect, test } from '@jest/globals';
import { idleReport, idleText } from './idle-report.ts';
import { grown, type IdleWindow } from './idle-window.ts';

/** Ten minutes. */
function window(what: string, jobs: number, actions: number, events: number): IdleWindow {
  const actionsByKind = { grpc_RecordActivityTaskHeartbeat: actions };
  const hourly = { actionsPerHour: actions * 6, eventsPerHour: events * 6 };
  return { what, jobs, durationMs: 600_000, actions, actionsByKind, events, ...hourly };
}

describe('a report on idle jobs', () => {
  test('tells what the cluster costs from what its jobs cost', () => {
    const { perJob, fixed } = idleReport([window('few', 20, 20, 0), window('many', 1_020, 20, 0)]);
    expect(perJob).toEqual({ actions: 0, events: 0 });
    expect(fixed).toEqual({ actions: 120, events: 0 });
  });

  test('shows a cost that grows with the jobs', () => {
    const { perJob, fixed } = idleReport([window('few', 0, 20, 0), window('many', 1_000, 1_020, 4_000)]);
    expect(perJob.actions).toBeCloseTo(6, 9);
    expect(perJob.events).toBeCloseTo(24, 9);
    expect(fixed.actions).toBeCloseTo(120, 6);
  });

  test('stands beside what a loop would cost', () => {
    const text = idleText(idleReport([window('few', 20, 20, 0), window('many', 1_000, 21, 0)]));
    expect(text).toContain('120161');
    expect(text).toContain('21 grpc_RecordActivityTaskHeartbeat');
    expect(text).toContain('at most 150 an hour');
  });
});

describe('the growth of histories', () => {
  test('counts what was written to each run, and runs that are new', () => {
    const before = new Map([
      ['job/a/1', 10],
      ['cluster/1', 7],
      ['job/gone/1', 30],
    ]);
    const after = new Map([
      ['job/a/1', 14],
      ['cluster/2', 5],
    ]);
    expect(grown(before, after)).toBe(9);
  });
});
