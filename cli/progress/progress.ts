/** What a display of running operations can do. */
import type { OperationRecord } from '../../core/operation.ts';

/** Something that operations are shown on; `label` names the job. */
export interface Progress {
  show(label: string, operation: OperationRecord): void;
  /** Leaves the last state standing. */
  end(): void;
}
