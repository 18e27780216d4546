/** How a savepoint is shown in lists. */
import type { Savepoint } from '../../clients/drey/shapes.ts';
import { ageOf } from '../duration.ts';
import type { Kind } from '../printing.ts';
import { sizeText } from './size-text.ts';

export const savepointKind: Kind<Savepoint> = {
  listKind: 'SavepointList',
  name: (savepoint) => `savepoint/${savepoint.number}`,
  resource: (savepoint) => savepoint,
  columns: [
    { title: 'SAVEPOINT', value: (savepoint) => String(savepoint.number) },
    { title: 'STATE', value: (savepoint) => savepoint.state },
    { title: 'ORIGIN', value: ({ origin, ofCandidate }) => (ofCandidate ? `${origin} (candidate)` : origin) },
    { title: 'FORMAT', value: (savepoint) => savepoint.format },
    { title: 'SIZE', value: (savepoint) => sizeText(savepoint.sizeBytes) },
    { title: 'REVISION', value: (savepoint) => String(savepoint.revision) },
    { title: 'FLINK', value: (savepoint) => savepoint.flinkVersion },
    { title: 'AGE', value: (savepoint, now) => ageOf(savepoint.takenAt, now) },
    { title: 'BY', wide: true, value: (savepoint) => savepoint.requestedBy },
    { title: 'PINNED', wide: true, value: (savepoint) => (savepoint.pinned ? 'yes' : 'no') },
    { title: 'PATH', wide: true, value: (savepoint) => savepoint.path ?? savepoint.failure?.code ?? '' },
  ],
};
