/** The workflow that carries out each kind of operation. A new operation adds a line. */
import type { OperationKind } from '../core/operation-kinds.ts';
import type { OperationInput, OperationResult, TargetInput } from '../core/operation-result.ts';
import { adjust } from './adjust.ts';
import { cleanUp } from './clean-up.ts';
import { deploy } from './deploy.ts';
import { discard } from './discard.ts';
import { dispose } from './dispose.ts';
import { heal } from './heal.ts';
import { promote } from './promote.ts';
import { remove } from './remove.ts';
import { rescale } from './rescale.ts';
import { revive } from './revive.ts';
import { savepoint } from './savepoint.ts';
import { suspend } from './suspend.ts';
import { upgrade } from './upgrade.ts';

type OperationWorkflow =
  | ((input: TargetInput) => Promise<OperationResult>)
  | ((input: OperationInput) => Promise<OperationResult>);

export const operationWorkflows: Readonly<Record<OperationKind, OperationWorkflow>> = {
  deploy,
  upgrade,
  rescale,
  adjust,
  suspend,
  cancel: suspend,
  promote,
  discard,
  resume: deploy,
  recover: deploy,
  heal,
  revive,
  cleanup: cleanUp,
  savepoint,
  dispose,
  remove,
};
