/** What agents and workflows of other versions know by name. */
import { expect, test } from '@jest/globals';
import { defaultPolicy } from '../../../core/autoscaler/policy.ts';
import { emptyMemory } from '../../../core/autoscaler/memory.ts';
import {
  autoscalerMemoryKey,
  autoscalerSignalName,
  autoscalerWorkflowType,
  type AutoscalerNote,
  type AutoscalerSignal,
  type AutoscalerStart,
} from '../../../core/autoscaler/signal.ts';
import { annotations, autoscalerWorkflowId } from '../../../core/names.ts';

test('names that histories and anchors hold never change', () => {
  const start: AutoscalerStart = { tenant: 'acme', name: 'orders' };
  expect(autoscalerWorkflowId(start)).toBe('autoscaler/acme/orders');
  expect([autoscalerWorkflowType, autoscalerSignalName]).toEqual(['autoscaler', 'windowSeen']);
  expect([autoscalerMemoryKey, annotations.autoscalerAsked]).toEqual(['autoscaler.json', 'drey.dev/autoscaler-asked']);
});

test('what is told and kept is plain JSON', () => {
  const note: AutoscalerNote = { memory: emptyMemory, lastTold: 'abc' };
  const job = { id: 'f00', name: 'orders', state: 'RUNNING', vertices: [] };
  const signal: AutoscalerSignal = {
    tenant: 'acme',
    name: 'orders',
    uid: 'a1b2c3d4',
    cluster: 'dev',
    namespace: 'flink',
    generation: 1,
    submission: 2,
    revision: 1,
    input: { policy: defaultPolicy, nowMs: 1, job, samples: [], memory: note.memory },
    found: { id: 'f00', action: 'scale' },
  };
  expect(JSON.parse(JSON.stringify({ note, signal }))).toEqual({ note, signal });
});
