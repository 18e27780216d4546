/** The lines of Flink that the runner made images of: `DREY_TEST_FLINK` chooses among them. */
import type { FlinkVersion } from '../../core/schema/flink-job.ts';

const all: readonly FlinkVersion[] = ['2.3', '1.20'];

/** The newest first. */
export function flinkLines(): readonly FlinkVersion[] {
  const chosen = process.env['DREY_TEST_FLINK']?.split(',');
  return all.filter((line) => !chosen || chosen.includes(line));
}
