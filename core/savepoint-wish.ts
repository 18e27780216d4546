/** What an operation about savepoints shall do: it travels with the operation while that waits for its turn. */
import type { CompletedSavepoint, SavepointFormat, SavepointOrigin } from './savepoint.ts';

export interface SavepointWish {
  readonly take?: {
    readonly format: SavepointFormat;
    readonly origin: SavepointOrigin;
    /** Of the candidate, and not of the job itself. */
    readonly ofCandidate?: true;
  };
  /** `force`: even if the job may need it. */
  readonly dispose?: { readonly savepoint: CompletedSavepoint; readonly force: boolean };
  /** Those of a job that was removed, which nothing needs but a job that was started from one. */
  readonly disposeOfRemoved?: readonly CompletedSavepoint[];
}
