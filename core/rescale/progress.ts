/** How far a job is with its new parallelism, vertex by vertex: the scheduler may settle for less than it was asked for. */
import type { VertexParallelism } from './vertex-parallelism.ts';

export interface RunningVertex {
  readonly id: string;
  readonly name: string;
  readonly parallelism: number;
  /** How many of its tasks are in each state. */
  readonly tasks: Readonly<Record<string, number | undefined>>;
}

export interface RescaleProgress {
  readonly done: boolean;
  /** Whether every vertex has its parallelism, running or not. */
  readonly rescaled: boolean;
  readonly text: string;
}

/** A task that has finished has had its turn: a source may have less to read than it has subtasks. */
export function progressOfRescale(
  { state, vertices }: { readonly state: string; readonly vertices: readonly RunningVertex[] },
  wanted: VertexParallelism,
): RescaleProgress {
  const others = vertices.filter(({ id, parallelism }) => wanted[id] !== undefined && wanted[id] !== parallelism);
  const total = sum(vertices.map(({ parallelism }) => parallelism));
  const running = sum(vertices.map(({ tasks }) => (tasks['RUNNING'] ?? 0) + (tasks['FINISHED'] ?? 0)));
  const rescaled = vertices.length > 0 && others.length === 0;
  if (!rescaled) return { done: false, rescaled, text: others.map((one) => told(one, wanted)).join(', ') };
  return { done: state === 'RUNNING' && running === total, rescaled, text: `${running} of ${total} tasks running` };
}

function told({ id, name, parallelism }: RunningVertex, wanted: VertexParallelism): string {
  return `"${name}" at ${parallelism} of ${wanted[id]}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
