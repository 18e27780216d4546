/** The parts of an upgrade. Until the old job is asked to stop, whatever happens leaves it untouched. */
import { decideRollback } from '../core/rollback.ts';
import type { Failure } from '../core/failure.ts';
import type { Generation } from '../core/generation.ts';
import { submissionNumber } from '../core/names.ts';
import { isNoRoom } from '../core/plan/no-room.ts';
import type { TargetInput } from '../core/operation-result.ts';
import { clearGeneration } from './clear-generation.ts';
import { GenerationSteps, quietly } from './generation-steps.ts';
import { allEnded, failureOf, OperationRun } from './operation-run.ts';
import { bringBack } from './bring-back.ts';
import { findActive } from './reconcile.ts';
import { stopGeneration } from './stop-generation.ts';
import { keepingState } from './stop-wishes.ts';

export class UpgradeRun {
  readonly account: OperationRun;
  private readonly input: TargetInput;
  private readonly next: GenerationSteps;
  private previous: Generation;
  private isWarm: boolean;
  /** Whether anything of the next generation may be there. */
  private begun = false;
  private endedAtMs: number | undefined;

  constructor(input: TargetInput) {
    const previous = input.generations.at(-1);
    if (!previous) throw new Error('an upgrade needs a generation to begin with');
    this.input = input;
    this.account = new OperationRun(input);
    this.previous = previous;
    this.next = new GenerationSteps(this.account, input.target);
    this.isWarm = input.record.plan?.strategy === 'warm';
    this.account.note({ generation: input.target.identity.number });
  }

  /** The cluster says what is there: that may differ from what is known. */
  async askCluster(): Promise<void> {
    this.previous = (await findActive(this.account, this.input)) ?? this.previous;
  }

  /** Brings the next Flink cluster up beside the one that runs. Where there is no room for both, the old one goes first. */
  async warmUp(): Promise<void> {
    if (!this.isWarm) return;
    try {
      await this.account.untilNoReturn(async () => {
        this.begin();
        await this.next.clusterUp();
        await this.next.primed();
      });
    } catch (error) {
      const failure = failureOf(error);
      if (!isNoRoom(failure)) throw error;
      await this.makeRoom(failure.message);
    }
  }

  private async makeRoom(why: string): Promise<void> {
    await this.account.step('noRoom', async () => {
      await clearGeneration(this.next.generation, quietly);
      return { detail: why };
    });
    this.account.forget(this.next.generation);
    this.begun = false;
    this.isWarm = false;
  }

  /** The last of the generations is the active one: until it stops, that is the one that runs. */
  private begin(): void {
    this.begun = true;
    this.account.generations = [this.next.generation, ...this.account.generations];
  }

  /** Stops the job with its state kept. From here on there is no return but a rollback. */
  async stopPrevious(): Promise<void> {
    const next = this.next.generation;
    const wish = { ...keepingState(this.previous, next.spec, this.account.mode), next };
    const stopped = await stopGeneration(this.account, wish, 'previousStopped');
    this.endedAtMs = stopped.endedAtMs;
    this.account.stoppedAnother = true;
    const from = this.account.startsFrom;
    this.next.generation = { ...next, ...(from !== undefined && { restoreFrom: from }) };
    this.account.restoring(from);
    this.begun = true;
    this.account.activate(this.next.generation);
  }

  /** Starts the job, and sees all its tasks run: until then nothing is processed. */
  async startNext(): Promise<void> {
    await this.account.untilAborted(async () => {
      if (this.isWarm) await this.next.submitted();
      else await this.recreate();
      const runningAtMs = await this.next.tasksRunning();
      if (runningAtMs !== undefined && this.endedAtMs !== undefined)
        this.account.note({ pauseMs: Math.max(0, runningAtMs - this.endedAtMs) });
    });
    await this.next.published();
  }

  /** The new anchor notes the restore point before the old generation goes. */
  private async recreate(): Promise<void> {
    await this.next.published();
    await new GenerationSteps(this.account, this.previous).cleared('previousRemoved');
    await this.next.podsStarted();
    await this.next.jobManagerAnswers();
    await allEnded([this.next.slotsRegistered(), this.next.submitted()]);
  }

  async seeItStable(): Promise<void> {
    await this.account.untilAborted(async () => {
      await this.next.checkpointed();
      await this.next.stable();
    });
  }

  async removePrevious(): Promise<void> {
    if (this.isWarm) await new GenerationSteps(this.account, this.previous).cleared('previousRemoved');
    await this.next.finished();
    await this.next.settledIfFinished();
  }

  /**
   * After a failure: what ran is left as it is while it was not stopped; else the last stable revision is brought back from
   * the right restore point, where the spec wants that and it is safe.
   * @returns the failure to report.
   */
  async rollBack(failure: Failure): Promise<Failure> {
    if (!this.account.stoppedAnother) {
      if (this.begun) await this.next.cleared('undone');
      return failure;
    }
    const hasCommitted = await this.stopNext();
    const decision = decideRollback({
      previous: this.previous.spec,
      next: this.next.generation.spec,
      hasCommitted,
      failure,
    });
    if (decision.action === 'rollBack') await this.bringBack();
    else await this.clearBoth();
    return decision.failure;
  }

  /**
   * Ends the new job. @returns whether it has completed a checkpoint of its own, which is the restore point then; else that is
   * where the old job was.
   */
  private async stopNext(): Promise<boolean> {
    const before = this.account.restorePoint ?? this.next.generation.restoreFrom;
    const wish = { generation: this.next.generation, how: 'cancel' } as const;
    const stopped = this.next.isSubmitted ? await stopGeneration(this.account, wish, 'newStopped') : undefined;
    if (stopped?.kind !== undefined) return true;
    this.account.restorePoint = before;
    return false;
  }

  private async clearBoth(): Promise<void> {
    if (this.isWarm) await new GenerationSteps(this.account, this.previous).cleared('previousRemoved');
    await this.next.cleared('newRemoved');
  }

  private async bringBack(): Promise<void> {
    const { number } = this.account;
    const identity = this.isWarm
      ? this.previous.identity
      : { ...this.previous.identity, number: this.next.generation.identity.number + 1 };
    const { restoreFrom: _older, ...previous } = this.previous;
    const from = this.account.restorePoint;
    const generation = {
      ...previous,
      identity,
      submission: submissionNumber(number, 1),
      ...(from && { restoreFrom: from }),
    };
    await bringBack(this.account, { generation, failed: this.next, makesRoom: !this.isWarm });
  }
}
