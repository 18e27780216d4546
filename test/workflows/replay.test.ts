/** Every recorded history replays on today's workflows. A failure is mended by `patched`, or for operations by recording anew. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Runtime, Worker } from '@temporalio/worker';
import { workflowBundle } from '../../workers/workflow-bundle.ts';
import { recordedHistories } from '../support/histories.ts';

// Made once by whoever comes first, and kept: that takes longest.
beforeAll(() => workflowBundle('.drey/cache'), 240_000);
afterAll(() => Runtime.instance().shutdown());

describe('recorded histories', () => {
  const recorded = recordedHistories();

  test.each(recorded.map(({ workflowId, history }) => [workflowId, history] as const))(
    '%s replays',
    async (id, history) => {
      const { code } = await workflowBundle('.drey/cache');
      await expect(Worker.runReplayHistory({ workflowBundle: { code } }, history, id)).resolves.toBeUndefined();
    },
  );

  test('do not replay when an event is changed: the check can fail', async () => {
    const { code } = await workflowBundle('.drey/cache');
    const [first] = recorded;
    const changed = structuredClone(first?.history);
    for (const event of changed?.events ?? []) {
      const scheduled = event.activityTaskScheduledEventAttributes;
      if (scheduled?.activityType) scheduled.activityType.name = 'somethingElse';
    }
    await expect(Worker.runReplayHistory({ workflowBundle: { code } }, changed, 'changed')).rejects.toThrow(
      /[Nn]ondeterminism|[Dd]eterminism/,
    );
  });
});
