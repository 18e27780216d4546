/** How many records flow from one vertex to the next. Flink counts by vertex only. Source: `computeEdgeDataRate` of the operator. */
import type { Collected } from './collected.ts';
import type { JobVertex } from './samples.ts';
import { rateOf } from './statistics.ts';

/** Records a second that a counter grew by. */
export function counterRate(
  history: readonly Collected[],
  id: string,
  counter: 'recordsIn' | 'sourceRecordsIn' | 'recordsOut' | 'lag' | 'accumulatedBusyMs',
): number {
  return rateOf(history.map(({ atMs, vertices }) => ({ atMs, value: vertices[id]?.[counter] ?? Number.NaN })));
}

/** How many records `to` gets for each that `from` gets; 0 where nothing flows, or nothing is known. */
export function outputRatio(
  from: JobVertex,
  to: JobVertex,
  vertices: readonly JobVertex[],
  history: readonly Collected[],
): number {
  const input = counterRate(history, from.id, 'recordsIn');
  const edge = input > 0 ? edgeRate(from, to, vertices, history) : 0;
  return edge > 0 ? edge / input : 0;
}

/**
 * What flows along an edge: all that `to` gets, where that comes from one vertex; what it gets less what its other inputs
 * send, where these send to it alone; else all that `from` sends.
 */
function edgeRate(
  from: JobVertex,
  to: JobVertex,
  vertices: readonly JobVertex[],
  history: readonly Collected[],
): number {
  const others = new Set(to.inputs.map(({ id }) => id).filter((id) => id !== from.id));
  const received = counterRate(history, to.id, 'recordsIn');
  if (others.size === 0) return received;
  const sendElsewhere = [...others].some((id) => outputsOf(id, vertices) !== 1);
  const sent = [...others].map((id) => counterRate(history, id, 'recordsOut')).reduce((sum, rate) => sum + rate, 0);
  if (!sendElsewhere && !Number.isNaN(sent)) return received - sent;
  return counterRate(history, from.id, 'recordsOut');
}

/** To how many vertices it sends its records; 0 of a sink. */
export function outputsOf(id: string, vertices: readonly JobVertex[]): number {
  return vertices.filter(({ inputs }) => inputs.some((input) => input.id === id)).length;
}
