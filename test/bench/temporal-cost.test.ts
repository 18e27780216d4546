/** What Temporal counts, and what a loop would cost. */
import { describe, expect, test } from '@jest/globals';
import { actionsBetween, actionsIn, minuteLoop, totalOf } from './temporal-cost.ts';

/** As the development server answers. */
const told = `# TYPE action counter
action{action_type="grpc_SignalWorkflowExecution",namespace="default",operation="SignalWorkflowExecution",service_name="frontend"} 3
action{action_type="grpc_RecordActivityTaskHeartbeat",namespace="default",operation="RecordActivityTaskHeartbeat",service_name="frontend"} 40
action{action_type="command_ScheduleActivityTask",namespace="default",operation="A",service_name="history"} 2
action{action_type="command_ScheduleActivityTask",namespace="default",operation="B",service_name="history"} 1
action{action_type="grpc_StartWorkflowExecution",namespace="temporal_system",operation="StartWorkflowExecution",service_name="frontend"} 2
actions_of_another_kind{namespace="default"} 9
`;

describe('the actions that Temporal counts', () => {
  test('are those of the namespace, by kind', () => {
    expect(actionsIn(told, 'default')).toEqual({
      grpc_SignalWorkflowExecution: 3,
      grpc_RecordActivityTaskHeartbeat: 40,
      command_ScheduleActivityTask: 3,
    });
  });

  test('of a window are what came in it', () => {
    const later = told.replace('"} 40', '"} 59');
    const between = actionsBetween(actionsIn(told, 'default'), actionsIn(later, 'default'));
    expect(between).toEqual({ grpc_RecordActivityTaskHeartbeat: 19 });
    expect(totalOf(between)).toBe(19);
  });

  test('of a kind that is new count from nothing', () => {
    expect(actionsBetween({}, { grpc_SignalWorkflowExecution: 2 })).toEqual({ grpc_SignalWorkflowExecution: 2 });
  });
});

describe('a loop of one activity a minute', () => {
  test('costs two actions each minute, and continues as new every six hours', () => {
    expect(minuteLoop().actions * 24).toBeCloseTo(2_880 + 3.87, 1);
  });

  test('writes eleven events each minute', () => {
    expect(minuteLoop().events * 24).toBe(15_840);
  });
});
