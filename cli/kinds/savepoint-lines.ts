/** A savepoint as `savepoint describe` prints it, and the newest ones as `describe job` does. */
import type { Savepoint } from '../../clients/drey/shapes.ts';
import { ageOf } from '../duration.ts';
import { renderTable } from '../table.ts';
import { failureLines, pairLines } from './lines.ts';
import { savepointKind } from './savepoint-kind.ts';
import { sizeText } from './size-text.ts';

/** Everything about one savepoint, as lines. */
export function savepointLines(savepoint: Savepoint, now: number): string[] {
  const { disposedAt, disposedBy } = savepoint;
  return [
    ...pairLines([
      ['Savepoint', savepoint.number],
      ['State', savepoint.state],
      ['Origin', `${savepoint.origin}, by ${savepoint.requestedBy}`],
      ['Taken', `${savepoint.takenAt} (${ageOf(savepoint.takenAt, now)} ago)`],
      ['Operation', savepoint.operation],
      ['Path', savepoint.path],
      ['Format', savepoint.format],
      ['Size', sizeText(savepoint.sizeBytes)],
      ['Flink', savepoint.flinkVersion],
      ['Revision', savepoint.revision],
      ['Generation', savepoint.ofCandidate ? `${savepoint.generation}, a candidate` : savepoint.generation],
      ['Flink job', savepoint.flinkJobId],
      ['Pinned', savepoint.pinned ? 'yes: the job may need it' : 'no'],
      ['Disposed', disposedAt && `${disposedAt} by operation ${disposedBy ?? 'unknown'}`],
    ]),
    ...failureLines(savepoint.failure),
  ];
}

/** A table of them; nothing where there are none. */
export function savepointTable(savepoints: readonly Savepoint[], now: number): string[] {
  if (savepoints.length === 0) return [];
  const columns = savepointKind.columns.filter(({ wide }) => wide !== true);
  const rows = savepoints.map((savepoint) => columns.map((column) => column.value(savepoint, now)));
  return renderTable(
    columns.map(({ title }) => title),
    rows,
  );
}
