import { describe, expect, test } from '@jest/globals';
import { decideParallelism, parallelismOf, requirementsFor } from '../../../core/rescale/vertex-parallelism.ts';

/** Vertices as `name: [parallelism asked for, maximum]`. */
type Vertices = Readonly<Record<string, readonly [number, number]>>;

const seen = (vertices: Vertices) =>
  Object.entries(vertices).map(([id, [, maxParallelism]]) => ({ id, name: `Vertex ${id}`, maxParallelism }));
const asked = (vertices: Vertices) =>
  Object.fromEntries(Object.entries(vertices).map(([id, [upper]]) => [id, { lower: 1, upper }]));

interface Case {
  readonly vertices: Vertices;
  readonly wish: readonly [from: number, to: number];
  readonly known?: readonly string[];
  readonly parallelism: Readonly<Record<string, number>>;
  readonly fixed: readonly string[];
}

const cases: Readonly<Record<string, Case>> = {
  'all follow that have the parallelism of the job': {
    vertices: { source: [2, 128], map: [2, 128] },
    wish: [2, 4],
    parallelism: { source: 4, map: 4 },
    fixed: [],
  },
  'a sink that the program fixes at 1 keeps it': {
    vertices: { map: [2, 128], sink: [1, 128] },
    wish: [2, 4],
    parallelism: { map: 4, sink: 1 },
    fixed: ['sink'],
  },
  'one that the program has given more keeps that': {
    vertices: { source: [8, 128], map: [2, 128] },
    wish: [2, 1],
    parallelism: { source: 8, map: 1 },
    fixed: ['source'],
  },
  'from 1, all follow': {
    vertices: { map: [1, 128], sink: [1, 128] },
    wish: [1, 3],
    parallelism: { map: 3, sink: 3 },
    fixed: [],
  },
  'but not what can have one subtask only': {
    vertices: { map: [1, 128], all: [1, 1] },
    wish: [1, 3],
    parallelism: { map: 3, all: 1 },
    fixed: ['all'],
  },
  'nor what was seen to be fixed before all were at 1': {
    vertices: { map: [1, 128], sink: [1, 128] },
    wish: [1, 3],
    known: ['sink'],
    parallelism: { map: 3, sink: 1 },
    fixed: ['sink'],
  },
  'the program may fix all of them': {
    vertices: { map: [5, 128] },
    wish: [2, 4],
    parallelism: { map: 5 },
    fixed: ['map'],
  },
  'a limit of what is fixed is no limit': {
    vertices: { map: [2, 128], sink: [1, 2] },
    wish: [2, 4],
    parallelism: { map: 4, sink: 1 },
    fixed: ['sink'],
  },
  'the limit itself may be had': {
    vertices: { map: [2, 4] },
    wish: [2, 4],
    parallelism: { map: 4 },
    fixed: [],
  },
};

describe('the parallelism of each vertex', () => {
  test.each(Object.entries(cases))('%s', (_name, { vertices, wish: [from, to], known = [], parallelism, fixed }) => {
    expect(decideParallelism(seen(vertices), asked(vertices), { from, to, fixed: known })).toEqual({
      parallelism,
      fixed,
    });
  });

  test.each<[string, Vertices]>([
    ['the state of one is divided into fewer parts', { source: [2, 128], counts: [2, 3] }],
    ['nothing can have more than one subtask', { counts: [1, 1] }],
  ])('is refused where %s', (_name, vertices) => {
    const from = vertices['counts']?.[0] ?? 0;
    const decision = decideParallelism(seen(vertices), asked(vertices), { from, to: 4, fixed: [] });
    const limit = vertices['counts']?.[1];
    expect(decision).toMatchObject({
      refused: {
        code: 'PARALLELISM_TOO_HIGH',
        message: expect.stringContaining(`"Vertex counts" is divided into ${limit} parts`),
        cure: expect.stringContaining(`at most ${limit}`),
      },
    });
  });

  test('is asked of Flink as what it may have at most', () => {
    expect(requirementsFor({ map: 4, sink: 1 })).toEqual({ map: { lower: 1, upper: 4 }, sink: { lower: 1, upper: 1 } });
    expect(parallelismOf(requirementsFor({ map: 4, sink: 1 }))).toEqual({ map: 4, sink: 1 });
  });
});
