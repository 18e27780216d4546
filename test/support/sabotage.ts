/** Kills a process again and again while an operation runs, at points drawn by a seed, and notes which step each kill hit. */
import { pause } from '../../deploy/dev/process.ts';
import { hasEnded, type OperationRecord } from '../../core/operation.ts';
import { jobStatus } from '../../workflows/messages.ts';
import { jobWorkflowId } from '../../core/names.ts';
import { tenant } from './e2e-job.ts';
import { drey, killAndRestart, temporal, type StackProcess } from './running-stack.ts';

export interface Kill {
  readonly atMs: number;
  /** The step that was under way, as the workflow last told it. */
  readonly during: string;
}

/** How often one step may be hit, that the kills spread over the operation. */
const perStepMax = 2;

/** Kills until `kills` have been made or the operation has ended. */
export async function sabotage(
  victim: StackProcess,
  target: { readonly name: string; readonly operation: number },
  options: { readonly kills: number; readonly gapMsMax: number; readonly random: () => number },
): Promise<Kill[]> {
  const start = performance.now();
  const made: Kill[] = [];
  while (made.length < options.kills) {
    await pause(Math.round(options.random() * options.gapMsMax));
    const operation = await lookAt(target.name, target.operation);
    if (operation && hasEnded(operation)) break;
    const during = operation?.steps.at(-1)?.name ?? operation?.state ?? 'unknown';
    if (made.filter((kill) => kill.during === during).length >= perStepMax) continue;
    await killAndRestart(victim);
    made.push({ atMs: Math.round(performance.now() - start), during });
  }
  return made;
}

/** By the API, else by the workflow itself; undefined while neither answers. */
async function lookAt(name: string, number: number): Promise<OperationRecord | undefined> {
  return drey(1_000)
    .getOperation({ tenant, name }, number)
    .catch(() => askWorkflow(name, number))
    .catch(() => undefined);
}

async function askWorkflow(name: string, number: number): Promise<OperationRecord | undefined> {
  const client = await temporal();
  try {
    const status = await client.withDeadline(Date.now() + 1_000, () =>
      client.workflow.getHandle(jobWorkflowId({ tenant, name })).query(jobStatus),
    );
    return status?.operations.find((operation) => operation.number === number);
  } finally {
    await client.connection.close();
  }
}
