import { describe, expect, test } from '@jest/globals';
import {
  decideParallelism,
  parallelismOf,
  requirementsFor,
  requirementsWith,
  type ParallelismWish,
} from '../../../core/rescale/vertex-parallelism.ts';

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
  readonly unsettled?: true;
  readonly named?: ParallelismWish['named'];
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
  'after a rescale that could not be put back, all follow that followed then, whatever Flink was asked for': {
    vertices: { source: [4, 128], map: [2, 128], sink: [1, 128] },
    wish: [2, 2],
    known: ['sink'],
    unsettled: true,
    parallelism: { source: 2, map: 2, sink: 1 },
    fixed: ['sink'],
  },
  'a vertex that the spec names has what it says': {
    vertices: { source: [2, 128], map: [2, 128], sink: [1, 128] },
    wish: [2, 2],
    named: { from: {}, to: { map: 5 } },
    parallelism: { source: 2, map: 5, sink: 1 },
    fixed: ['sink'],
  },
  'and keeps it while the others follow': {
    vertices: { source: [2, 128], map: [5, 128] },
    wish: [2, 3],
    named: { from: { map: 5 }, to: { map: 5 } },
    parallelism: { source: 3, map: 5 },
    fixed: [],
  },
  'until it is not named any more': {
    vertices: { source: [2, 128], map: [5, 128] },
    wish: [2, 2],
    named: { from: { map: 5 }, to: {} },
    parallelism: { source: 2, map: 2 },
    fixed: [],
  },
  'and what was named for an earlier program is passed over': {
    vertices: { source: [2, 128], map: [2, 128] },
    wish: [2, 2],
    named: { from: { gone: 8 }, to: { gone: 8, map: 4 } },
    parallelism: { source: 2, map: 4 },
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
  test.each(Object.entries(cases))(
    '%s',
    (_name, { vertices, wish: [from, to], known = [], unsettled, named, ...decision }) => {
      const wish = { from, to, fixed: known, ...(unsettled && { isUnsettled: true }), ...(named && { named }) };
      expect(decideParallelism(seen(vertices), asked(vertices), wish)).toEqual(decision);
    },
  );

  test.each([
    ['that is not there', { nowhere: 2 }, 'NO_SUCH_VERTEX', /no vertex nowhere/],
    ['that cannot have so many', { counts: 4 }, 'PARALLELISM_TOO_HIGH', /"Vertex counts" is divided into 3 parts/],
  ])('of a vertex %s is refused', (_name, to, code, message) => {
    const vertices = { counts: [2, 3], map: [2, 128] } as const;
    const wish = { from: 2, to: 2, fixed: [], named: { from: {}, to } };
    const refused = { code, message: expect.stringMatching(message) };
    expect(decideParallelism(seen(vertices), asked(vertices), wish)).toMatchObject({ refused });
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

  test.each([
    ['changes one that has another', { map: 4 }, { map: 4, sink: 1 }, true],
    ['changes nothing where it is so already', { map: 2 }, { map: 2, sink: 1 }, false],
    ['passes over one that is not there', { nowhere: 4 }, { map: 2, sink: 1 }, false],
  ])('at a start %s', (_name, named, expected, differ) => {
    const now = requirementsFor({ map: 2, sink: 1 });
    expect(requirementsWith(now, named)).toEqual({ requirements: requirementsFor(expected), differ });
  });

  test('is asked of Flink as what it may have at most', () => {
    expect(requirementsFor({ map: 4, sink: 1 })).toEqual({ map: { lower: 1, upper: 4 }, sink: { lower: 1, upper: 1 } });
    expect(parallelismOf(requirementsFor({ map: 4, sink: 1 }))).toEqual({ map: 4, sink: 1 });
  });
});
