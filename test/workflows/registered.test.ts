/** What is not exported to the bundle no worker runs: its operation would wait for ever. */
import { expect, test } from '@jest/globals';
import * as all from '../../workflows/all.ts';
import { operationWorkflows } from '../../workflows/operation-workflows.ts';

test.each(Object.entries(operationWorkflows))('the workflow of %s is in the bundle', (_kind, workflow) => {
  expect(Object.values(all)).toContain(workflow);
});
