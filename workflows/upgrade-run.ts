/** The parts of an upgrade. Until the old job is asked to stop, whatever happens leaves it untouched. */
import { sleep } from '@temporalio/workflow';
import type { StoppedJob } from '../activities/cluster/stop-shapes.ts';
import type { Failure } from '../core/failure.ts';
import { staysFinished } from '../core/finished-job.ts';
import type { Generation } from '../core/generation.ts';
import { isNoRoom } from '../core/plan/no-room.ts';
import type { TargetInput } from '../core/operation-result.ts';
import { clearGeneration } from './clear-generation.ts';
import { GenerationSteps, quietly } from './generation-steps.ts';
import { failureOf } from './carried-failure.ts';
import { allEnded, OperationRun } from './operation-run.ts';
import { findActive } from './reconcile.ts';
import { rollBack } from './roll-back.ts';
import { stopGeneration } from './stop-generation.ts';
import { keepingState } from './stop-wishes.ts';

/** How much of the next Flink cluster is up before the job stops. */
type Ahead = 'cluster' | 'taskManagers' | 'nothing';

/** An application's JobManager starts the job, so only its TaskManagers can be up before; unless its spec wants the old one gone first. */
function aheadOf({ record, target }: TargetInput): Ahead {
  if (record.plan?.strategy === 'warm') return 'cluster';
  const { mode, upgrade } = target.spec.spec;
  return mode === 'application' && upgrade.strategy !== 'recreate' ? 'taskManagers' : 'nothing';
}

/** How often, and how long apart, a start is tried for which there is room now. */
const roomTries = 6;
const roomPauseMs = 10_000;

export class UpgradeRun {
  readonly account: OperationRun;
  private readonly input: TargetInput;
  private readonly next: GenerationSteps;
  private previous: Generation;
  private ahead: Ahead;
  /** Whether anything of the next generation may be there. */
  private begun = false;
  /** When the old job ended, by Temporal's clock. */
  private endedAtMs: number | undefined;
  /** Whether the job had finished by itself when it was to be stopped. */
  private previousFinished = false;
  /**
   * The state that the old job had: the next one may start from another, or empty. Where that could not be found, it is the savepoint that
   * somebody named: nothing starts empty unasked.
   */
  private waiting: string | undefined;
  private previousStop: Pick<StoppedJob, 'isStateUnknown' | 'podsEnded'> = {};

  constructor(input: TargetInput) {
    const previous = input.generations.at(-1);
    if (!previous) throw new Error('an upgrade needs a generation to begin with');
    this.input = input;
    this.account = new OperationRun(input);
    this.previous = previous;
    this.next = new GenerationSteps(this.account, input.target);
    this.ahead = aheadOf(input);
    this.account.note({ generation: input.target.identity.number });
  }

  /** The cluster says what is there: that may differ from what is known. */
  async askCluster(): Promise<void> {
    this.previous = (await findActive(this.account, this.input)) ?? this.previous;
  }

  /**
   * Brings the next Flink cluster up beside the one that runs, or as much of an application's as does not start the job.
   * Where there is no room for both, the old one goes first.
   */
  async warmUp(): Promise<void> {
    if (this.ahead === 'nothing') return;
    try {
      await this.account.untilNoReturn(async () => {
        this.begin();
        if (this.ahead === 'taskManagers') return this.next.taskManagersUp();
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
      const { detail: left } = await clearGeneration(this.next.generation, quietly);
      return { detail: left === undefined ? why : `${why}; ${left}` };
    });
    this.account.forget(this.next.generation);
    this.begun = false;
    this.ahead = 'nothing';
  }

  /** The last of the generations is the active one: until it stops, that is the one that runs. */
  private begin(): void {
    this.begun = true;
    this.account.generations = [this.next.generation, ...this.account.generations];
  }

  /** Whether the old Flink cluster stays until the job is stable. */
  private get isWarm(): boolean {
    return this.ahead === 'cluster';
  }

  /**
   * Stops the job with its state kept. From here on there is no return but a rollback.
   * @returns false where it has finished by itself, and nobody asked for another run.
   */
  async stopPrevious(): Promise<boolean> {
    const next = this.next.generation;
    const wish = { ...keepingState(this.previous, next.spec, this.account.mode), next };
    // Nobody who asked to give it up while room was made was heard.
    await this.account.untilNoReturn(() => Promise.resolve());
    const stopped = await stopGeneration(this.account, wish, 'previousStopped');
    // Temporal's clock: those of the two JobManagers, and of the agents, may differ.
    if (stopped.endedAgoMs !== undefined) this.endedAtMs = Date.now() - stopped.endedAgoMs;
    this.previousFinished = stopped.finished ?? false;
    this.previousStop = stopped;
    this.tellWhatIsGone(stopped);
    if (stopped.finished && staysFinished(this.input)) {
      await this.leaveFinished();
      return false;
    }
    this.account.stoppedAnother = true;
    const from = this.account.startsFrom;
    this.waiting = this.account.restorePoint ?? (stopped.isStateUnknown ? from : undefined);
    this.next.generation = { ...next, ...(from !== undefined && { restoreFrom: from }) };
    this.account.restoring(from);
    this.begun = true;
    this.account.activate(this.next.generation);
    return true;
  }

  private async leaveFinished(): Promise<void> {
    const previous = new GenerationSteps(this.account, this.previous);
    previous.hasFinished = true;
    await previous.settledIfFinished();
    if (this.begun) await this.next.cleared('newRemoved');
  }

  /** Who thinks of giving it up reads what becomes of the job then. */
  private tellWhatIsGone({ finished, isStateUnknown }: StoppedJob): void {
    if (finished) this.account.note({ stopFound: 'finished' });
    else if (isStateUnknown) this.account.note({ stopFound: 'stateUnknown' });
  }

  /** Starts the job, and sees all its tasks run: until then nothing is processed. */
  async startNext(): Promise<void> {
    await this.account.untilAborted(async () => {
      if (this.isWarm) await this.next.submitted();
      else await this.recreate();
      await this.next.tasksRunning();
      if (this.endedAtMs !== undefined) this.account.note({ pauseMs: Date.now() - this.endedAtMs });
    });
    await this.next.published();
  }

  /** The new anchor notes the restore point before the old generation goes. */
  private async recreate(): Promise<void> {
    await this.next.published();
    if (this.ahead === 'taskManagers') return this.startWhileOldGoes();
    await this.removeOld();
    await this.startCluster();
  }

  /** There is room for the TaskManagers; where there is none for the JobManager, too, it starts when the old ones have gone. */
  private async startWhileOldGoes(): Promise<void> {
    const [removed, started] = await Promise.allSettled([this.removeOld(), this.startCluster()]);
    // What could not be cleared away is tried again when the job is stable.
    if (started.status === 'fulfilled') return;
    if (removed.status === 'rejected' || !isNoRoom(failureOf(started.reason))) throw started.reason;
    await this.startInRoom();
  }

  /** Kubernetes may tell for a while what it refused before there was room. */
  private async startInRoom(): Promise<void> {
    for (let left = roomTries; ; left -= 1) {
      try {
        return await this.startCluster();
      } catch (error) {
        if (left === 0 || !isNoRoom(failureOf(error))) throw error;
        await sleep(roomPauseMs, { summary: 'Kubernetes tries again what it has refused' });
      }
    }
  }

  private async startCluster(): Promise<void> {
    await this.next.podsStarted();
    await this.next.jobManagerAnswers();
    await allEnded([this.next.slotsRegistered(), this.next.submitted()]);
  }

  async seeItStable(): Promise<void> {
    await this.account.untilAborted(async () => {
      await this.next.checkpointed();
      await this.next.stable();
    });
    this.account.isBrought = true;
  }

  async removePrevious(): Promise<void> {
    if (this.account.has(this.previous)) await this.removeOld();
    await this.next.settledIfFinished();
  }

  /**
   * After a failure: what is stable stays, what was not stopped runs on, and else the last stable revision is brought back.
   * @returns the failure to report.
   */
  async undo(failure: Failure): Promise<Failure> {
    if (this.account.isBrought) await this.keepNext();
    else if (!this.account.stoppedAnother) await this.leavePrevious();
    else return this.rollBack(failure);
    return failure;
  }

  private async keepNext(): Promise<void> {
    await this.next.settledIfFinished();
    this.account.leftRunning = true;
  }

  private async leavePrevious(): Promise<void> {
    if (this.begun) await this.next.cleared('undone');
  }

  private rollBack(failure: Failure): Promise<Failure> {
    const { account, previous, next, previousFinished } = this;
    const { isStateUnknown = false, podsEnded = false } = this.previousStop;
    // On that cluster Flink would run again what was not seen to end.
    const isWarm = this.isWarm && !podsEnded;
    account.restorePoint = this.waiting;
    return rollBack({ account, previous, next, isWarm, previousFinished, isStateUnknown }, failure);
  }

  private removeOld(): Promise<void> {
    return new GenerationSteps(this.account, this.previous).cleared('previousRemoved');
  }
}
