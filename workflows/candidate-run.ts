/** The parts of a blue/green upgrade: a candidate comes up beside the job, which nothing of this stops or changes. */
import type { Generation } from '../core/generation.ts';
import { hasDurableStorage } from '../core/generation.ts';
import type { TargetInput } from '../core/operation-result.ts';
import { changesStateBackend } from '../core/plan/rollback-limit.ts';
import { GenerationSteps } from './generation-steps.ts';
import { OperationRun } from './operation-run.ts';
import { findActive } from './reconcile.ts';
import { takeSavepointOf } from './take-savepoint.ts';

export class CandidateRun {
  readonly account: OperationRun;
  private readonly input: TargetInput;
  private readonly candidate: GenerationSteps;
  private active: Generation;
  /** Whether anything of the candidate may be there. */
  private begun = false;

  constructor(input: TargetInput) {
    const active = input.generations.at(-1);
    if (!active) throw new Error('a candidate needs a generation to run beside');
    this.input = input;
    this.active = active;
    this.account = new OperationRun(input);
    this.candidate = new GenerationSteps(this.account, input.target);
    this.account.note({ generation: input.target.identity.number });
  }

  /** The cluster says what is there: a candidate of an operation that was lost goes. */
  async askCluster(): Promise<void> {
    this.active = (await findActive(this.account, this.input)) ?? this.active;
  }

  /** Brings the candidate up from the state that the job has then, as late as its mode allows. */
  async bringUp(): Promise<void> {
    const { candidate } = this;
    if (!candidate.isDedicated) await this.takeState();
    this.begun = true;
    this.note();
    await candidate.clusterUp();
    if (!candidate.isDedicated) return;
    await candidate.primed();
    await this.takeState();
    await candidate.submitted();
  }

  /** Brings it up again from its own state, which is known, and ages where that fails. */
  async bringBack({ restoreFrom, aging }: Pick<Generation, 'restoreFrom' | 'aging'>): Promise<void> {
    const { candidate } = this;
    this.begun = true;
    candidate.generation = { ...candidate.generation, ...(aging && { aging }) };
    this.startFrom(restoreFrom);
    await candidate.clusterUp();
    if (candidate.isDedicated) await candidate.submitted();
  }

  /** Among the generations, as it is known now: before the active one. */
  private note(): void {
    const { generation } = this.candidate;
    this.account.forget(generation);
    this.account.generations = [generation, ...this.account.generations];
  }

  /** A savepoint, for the job's own checkpoints go while it runs on. */
  private async takeState(): Promise<void> {
    const { mode, startsFrom } = this.account;
    if (mode === 'restore') return this.startFrom(startsFrom);
    if (mode === 'stateless' || !hasDurableStorage(this.active.spec)) return;
    const format = changesStateBackend(this.active.spec, this.candidate.generation.spec) ? 'canonical' : 'native';
    this.startFrom(await takeSavepointOf(this.account, this.active, { format, origin: 'upgrade' }));
  }

  private startFrom(restoreFrom: string | undefined): void {
    this.candidate.generation = { ...this.candidate.generation, ...(restoreFrom && { restoreFrom }) };
    if (this.begun) this.note();
    this.account.restoring(restoreFrom);
  }

  async seeItStable(): Promise<void> {
    await this.candidate.tasksRunning();
    await this.candidate.checkpointSeen();
    await this.candidate.stable();
  }

  /** It has got beyond what it started from. */
  settle(): void {
    const { aging: _past, ...generation } = this.candidate.generation;
    this.candidate.generation = generation;
    this.note();
  }

  /** After a failure the job is as it was. */
  async undo(): Promise<void> {
    if (this.begun) await this.candidate.cleared('undone');
  }
}
