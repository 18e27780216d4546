import { describe, expect, test } from '@jest/globals';
import { align, alignLegacy } from '../../../core/autoscaler/alignment.ts';
import { rulesOf } from '../../../core/autoscaler/rules.ts';
import { recommend } from '../../../core/autoscaler/vertex-parallelism.ts';
import { options, vertex } from './fixtures.ts';

const most = 2_147_483_647;
const loose = options({ scaleDownMaxFactor: 1, scaleUpMaxFactor: most });
const legacy = rulesOf['flink-operator-1.15'];

interface Scaled {
  readonly from: number;
  readonly parts: number;
  readonly factor: number;
  readonly min?: number;
  readonly max?: number;
  readonly mode?: 'EVENLY_SPREAD' | 'MAXIMIZE_UTILISATION';
  readonly sourcePartitions?: number;
  readonly ship?: string;
}

function scaled({ from, parts, factor, min = 1, max = most, mode, sourcePartitions, ship = 'HASH' }: Scaled): number {
  const inputs = sourcePartitions === undefined ? [`u:${ship}`] : [];
  const one = vertex('v', inputs, {
    parallelism: from,
    maxParallelism: parts,
    ...(sourcePartitions === undefined ? {} : { sourcePartitions }),
  });
  const settings = { ...loose, ...(mode === undefined ? {} : { legacyAlignmentMode: mode }) };
  return recommend(one, factor, { min, max }, settings, legacy).parallelism;
}

describe('parallelism as JobVertexScalerTest.testParallelismComputation has it', () => {
  const other = { ship: 'REBALANCE' };
  test.each([
    [{ from: 1, parts: 720, factor: 0.0001, ...other }, 1],
    [{ from: 2, parts: 720, factor: 0.1, ...other }, 1],
    [{ from: 6, parts: 720, factor: 0.8, ...other }, 5],
    [{ from: 16, parts: 128, factor: 1.5, ...other }, 24],
    [{ from: 200, parts: 720, factor: 2, ...other }, 400],
    [{ from: 200, parts: 720, factor: most, ...other }, 720],
    [{ from: 6, parts: 36, factor: 0.8 }, 6],
    [{ from: 16, parts: 128, factor: 1.5 }, 32],
    [{ from: 200, parts: 720, factor: 1.3 }, 360],
    [{ from: 200, parts: 720, factor: most }, 720],
    [{ from: 10, parts: 128, factor: 2.5 }, 32],
    [{ from: 10, parts: 128, factor: 2.5, max: 128, mode: 'MAXIMIZE_UTILISATION' as const }, 26],
    [{ from: 6, parts: 720, factor: 0.8, max: 700 }, 5],
    [{ from: 8, parts: 720, factor: 0.8, min: 8, max: 700 }, 8],
    [{ from: 16, parts: 128, factor: 1.5, min: 60 }, 64],
    [{ from: 200, parts: 720, factor: 2, max: 300 }, 240],
    [{ from: 200, parts: 720, factor: most, max: 600 }, 360],
    // Source partitions, as reference/flink-operator.md §2.11 lists them.
    [{ from: 6, parts: 720, factor: 0.4, sourcePartitions: 15 }, 3],
    [{ from: 20, parts: 720, factor: 0.9, max: 30, sourcePartitions: 35 }, 18],
    [{ from: 22, parts: 720, factor: 1.1, min: 20, max: 30, sourcePartitions: 35 }, 22],
  ])('%j → %i', (input, expected) => {
    expect(scaled(input)).toBe(expected);
  });
});

const wish = (current: number, target: number, parts: number, other = {}) => ({
  current,
  target,
  parts,
  maxParallelism: 128,
  min: 1,
  max: most,
  ...other,
});

describe('alignment modes as AlignmentModeTest has them', () => {
  const blocked = wish(22, 25, 35, { min: 20, max: 30 });
  const short = wish(5, 7, 12, { maxParallelism: 8 });

  test.each([
    ['BALANCED', wish(16, 24, 128), 26],
    ['EVENLY_SPREAD', wish(16, 24, 128), 32],
    ['OFF', wish(16, 24, 128), 24],
    ['EVENLY_SPREAD', blocked, 25],
    ['BALANCED', blocked, 25],
    ['EVENLY_SPREAD', short, 7],
  ] as const)('%s %j → %i', (mode, input, expected) => {
    expect(align(input, mode)).toBe(expected);
  });

  test('legacy EVENLY_SPREAD keeps the parallelism where nothing fits, and goes below the target', () => {
    expect([alignLegacy(blocked, 'EVENLY_SPREAD'), alignLegacy(short, 'EVENLY_SPREAD')]).toEqual([22, 6]);
  });

  test.each([
    ['flink-operator-main by default', 'flink-operator-main', {}, 26],
    ['flink-operator-main by the legacy option', 'flink-operator-main', { legacyAlignmentMode: 'EVENLY_SPREAD' }, 32],
    [
      'flink-operator-main by the new option before the legacy one',
      'flink-operator-main',
      { alignmentMode: 'OFF', legacyAlignmentMode: 'EVENLY_SPREAD' },
      24,
    ],
    ['flink-operator-1.15, which does not know the new option', 'flink-operator-1.15', { alignmentMode: 'OFF' }, 32],
  ] as const)('%s', (_name, profile, modes, expected) => {
    const one = vertex('v', ['u:HASH'], { parallelism: 16, maxParallelism: 128 });
    const bounds = { min: 1, max: most };
    expect(recommend(one, 1.5, bounds, { ...loose, ...modes }, rulesOf[profile]).parallelism).toBe(expected);
  });
});
