/** Operations of the crash matrix that nobody asks for in the moment: something befalls the job, and they follow from it. */
import { hasEnded, type OperationRecord } from '../../core/operation.ts';
import type { OperationKind } from '../../core/operation-kinds.ts';
import { generationNames } from '../../core/names.ts';
import type { StepName } from '../../core/steps.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { another, candidateFolder, homes, operationsOf, phaseOf, refOf } from './crash-jobs.ts';
import { namespace } from './e2e-job.ts';
import { clearFault, setFault } from './ledger.ts';
import { ledgerFolders } from './ledger-spec.ts';
import { drey, kubernetes } from './running-stack.ts';

const broken = homes.broken.job;
const finite = homes.finite.job;
const abiding = homes.abiding.job;

/** Does something to a job. @returns the number of the operation that follows from it */
async function following(job: string, kind: OperationKind, act: () => Promise<void>): Promise<number> {
  const known = Math.max(...(await operationsOf(job)).map(({ number }) => number));
  await act();
  const isBegun = async () => (await operationsOf(job)).find((one) => one.number > known && one.kind === kind)?.number;
  return waitUntil(isBegun, { what: `${kind} of ${job}`, timeoutMs: 240_000, stepMs: 50 });
}

/** A word that no job has used up. */
const onceMore = () => `matrix-${process.pid}-${Date.now()}-${another()}`;

/** Makes a task throw; the job is brought back. */
export function throwing(): Promise<number> {
  return following(broken, 'recover', async () => setFault(ledgerFolders(broken).control, 'fail', onceMore()));
}

/** Makes a task of the candidate throw; the candidate is brought back. */
export function throwingBeside(): Promise<number> {
  return following(abiding, 'revive', async () =>
    setFault(ledgerFolders(candidateFolder(homes.abiding)).control, 'fail', onceMore()),
  );
}

/** Both are well again, whatever else was struck with the candidate. */
export async function broughtBackBeside(): Promise<boolean> {
  const isOver = async () => {
    const { phase, trouble, candidate } = await drey().getJob(refOf(abiding));
    const isWell = phase === 'DUAL_RUNNING' && trouble === undefined && candidate !== undefined && !candidate.trouble;
    return isWell && (await operationsOf(abiding)).every(hasEnded);
  };
  return waitUntil(isOver, { what: `${abiding} to run with its candidate`, timeoutMs: 600_000, stepMs: 250 });
}

/** Deletes Flink's configuration; it is put back. */
export function deleting(): Promise<number> {
  return following(broken, 'heal', async () => {
    const { tenant, name } = refOf(broken);
    const { uid, generation } = await drey().getJob({ tenant, name });
    const { configMap } = generationNames({ tenant, name, uid, number: generation?.number ?? 0 });
    const client = kubernetes();
    await client.delete('ConfigMap', namespace, configMap);
    client.close();
  });
}

/** An attempt whose own pods are killed may fail; the next one follows by itself. */
export async function broughtBack(): Promise<boolean> {
  const isOver = async () => {
    const all = await operationsOf(broken);
    return all.every(hasEnded) && (await phaseOf(broken)) === 'RUNNING';
  };
  return waitUntil(isOver, { what: `${broken} to run again`, timeoutMs: 600_000, stepMs: 250 });
}

/** Lets the job do all that is left at once; its Flink cluster is cleared away. */
export function finishing(): Promise<number> {
  return following(finite, 'cleanup', async () => setFault(ledgerFolders(finite).control, 'rate', 100_000));
}

/** From the change of the parallelism on the job does not run, until that is put back. */
export async function failingUntilPutBack(job: string, number: number): Promise<void> {
  const { control } = ledgerFolders(job);
  if (!(await hasCome(job, number, 'parallelismChanged'))) return;
  setFault(control, 'fail', 'always');
  await hasCome(job, number, 'parallelismPutBack');
  clearFault(control, 'fail');
}

/** As soon as the new revision has completed a checkpoint, and is to prove that it is stable, the job fails. */
export async function failingOnceCommitted(job: string, number: number): Promise<void> {
  const { control } = ledgerFolders(job);
  if (!(await hasCome(job, number, 'stable'))) return;
  setFault(control, 'fail', onceMore());
  await hasCome(job, number, 'newStopped');
  // Where it failed of something else, the word would be left for the old revision.
  clearFault(control, 'fail');
}

/** Waits until a step has begun. @returns false where the operation ended without it */
async function hasCome(job: string, number: number, step: StepName): Promise<boolean> {
  const look = async () => {
    const record: OperationRecord = await drey(5_000).getOperation(refOf(job), number);
    if (record.steps.some(({ name }) => name === step)) return 'begun';
    return hasEnded(record) && 'ended';
  };
  return (await waitUntil(look, { what: `${step} of ${job}`, timeoutMs: 900_000, stepMs: 20 })) === 'begun';
}
