/** How a revision of a job's spec is shown in lists. */
import type { Revision } from '../../clients/drey/shapes.ts';
import { ageOf } from '../duration.ts';
import type { Kind } from '../printing.ts';

export const revisionKind: Kind<Revision> = {
  listKind: 'RevisionList',
  name: ({ revision }) => `revision/${revision}`,
  resource: (revision) => revision,
  columns: [
    { title: 'REVISION', value: ({ revision }) => String(revision) },
    { title: 'STATE', value: ({ spec }) => spec.spec.state },
    { title: 'FLINK', value: ({ spec }) => spec.spec.flink.version },
    { title: 'PARALLELISM', value: ({ spec }) => String(spec.spec.job.parallelism) },
    { title: 'BY', value: ({ acceptedBy }) => acceptedBy },
    { title: 'AGE', value: ({ acceptedAt }, now) => ageOf(acceptedAt, now) },
    { title: 'IMAGE', wide: true, value: ({ spec }) => spec.spec.flink.image ?? '' },
    { title: 'JAR', wide: true, value: ({ spec }) => spec.spec.job.jarUri },
    { title: 'ARGUMENTS', wide: true, value: ({ spec }) => spec.spec.job.args.join(' ') },
  ],
};
