/**
 * The steps with which an operation brings one generation up. Each may be repeated: what it makes was named before, so a
 * second try finds the first one's work.
 */
import { hasDurableStorage, keepingKnown, type Generation } from '../core/generation.ts';
import { generationName } from '../core/names.ts';
import { parseDurationMs } from '../core/spec/duration.ts';
import type { StepName } from '../core/steps.ts';
import { clearGeneration, type RunStep } from './clear-generation.ts';
import { shortCalls, waits } from './cluster-activities.ts';
import { failureOf } from './carried-failure.ts';
import type { OperationRun, StepOutcome } from './operation-run.ts';

/** What an agent that is away may add to a step's own time before the operation fails. */
export const agentAwayMs = 60_000;

/** How long one look at it may take, while its JobManager does not answer. */
const lookOnceMs = 90_000;

export class GenerationSteps {
  /** As it is now: from where it starts is known late. */
  generation: Generation;
  /** Whether its job may have been submitted. */
  isSubmitted = false;
  /** Whether the job was seen to have finished by itself. */
  hasFinished = false;
  private isPublished = false;
  private readonly account: OperationRun;

  constructor(account: OperationRun, generation: Generation) {
    this.account = account;
    this.generation = generation;
  }

  get isDedicated(): boolean {
    return this.generation.spec.spec.mode === 'dedicated';
  }

  /** Makes the objects, and sees the pods start: what needs room and images. */
  async podsStarted(): Promise<void> {
    // An application's JobManager submits the job as it starts.
    if (!this.isDedicated) this.isSubmitted = true;
    await this.applied();
    await this.podsReady();
  }

  /** Brings an application's TaskManagers up before its JobManager, which starts the job. */
  async taskManagersUp(): Promise<void> {
    await this.applied('objectsApplied', 'applyTaskManagers');
    const { schedule, imagePull, slots } = this.generation.spec.spec.deadlines;
    const waitMs = [schedule, imagePull, slots].map(parseDurationMs).reduce((sum, one) => sum + one, 0);
    await this.wait('taskManagersUp', 'waitTaskManagers', waitMs);
  }

  /** Sees every pod that the spec asks for started. */
  async podsReady(): Promise<void> {
    await this.wait('podsScheduled', 'waitPodsScheduled', 'schedule');
    await this.wait('imagesPulled', 'waitImagesPulled', 'imagePull');
  }

  /** Brings the whole Flink cluster up, beside the one that runs the job. */
  async clusterUp(): Promise<void> {
    await this.podsStarted();
    await this.jobManagerAnswers();
    await this.slotsRegistered();
  }

  async jobManagerAnswers(): Promise<void> {
    await this.wait('jobManagerAnswers', 'waitJobManager', 'jobManager');
  }

  async slotsRegistered(): Promise<void> {
    await this.wait('slotsRegistered', 'waitSlots', 'slots');
  }

  /** Lets the processes load and compile what the job will need, where the spec wants that. It costs no pause. */
  async primed(): Promise<void> {
    if (this.generation.spec.spec.upgrade.prime !== 'none') await this.wait('primed', 'primeCluster', 'submit');
  }

  /** Submits the job; in an application its JobManager does. The anchor says from where before that. */
  async submitted(step: StepName = 'jobSubmitted'): Promise<void> {
    this.isSubmitted = true;
    await this.wait(step, 'submitJob', 'submit');
  }

  async tasksRunning(step: StepName = 'tasksRunning'): Promise<void> {
    const { finished } = await this.wait(step, 'waitTasks', 'running');
    this.hasFinished ||= finished ?? false;
    this.learn({ ran: { submission: this.generation.submission, sinceMs: Date.now() } });
  }

  /** Points the job's Service here, unless it does already. */
  async published(step: StepName = 'servicePublished'): Promise<void> {
    if (this.isPublished) return;
    this.isPublished = true;
    await this.account.step(step, () =>
      shortCalls(this.cluster).publishService.executeWithOptions(
        { summary: "Point the job's Service at this generation" },
        [{ generation: this.generation, operation: this.account.number }],
      ),
    );
  }

  /** Sees a checkpoint completed: what the job started from is not needed any more. One that makes none still needs it. */
  async checkpointed(step: StepName = 'firstCheckpoint'): Promise<void> {
    const isSeen = await this.checkpointSeen(step);
    this.account.restorePoint = undefined;
    // What waited may be another point: the state of a job that started empty, or from a savepoint that somebody named, was left behind.
    this.account.startedFrom = isSeen ? undefined : (this.generation.restoreFrom ?? this.account.startedFrom);
  }

  /**
   * Sees a checkpoint completed, where the job makes any.
   * @returns whether that was so, or the job has finished: what it started from is needed by nobody then.
   */
  async checkpointSeen(step: StepName = 'firstCheckpoint'): Promise<boolean> {
    if (this.hasFinished) return true;
    if (!hasDurableStorage(this.generation.spec)) return false;
    const { finished, makesNone } = await this.wait(step, 'confirmCheckpoint', 'checkpoint');
    this.hasFinished ||= finished ?? false;
    if (!finished && !makesNone) this.learn({ checkpointedBy: this.generation.submission });
    return !makesNone;
  }

  private learn(known: Pick<Generation, 'checkpointedBy' | 'ran'>): void {
    const [now = this.generation] = keepingKnown([this.generation], [{ ...this.generation, ...known }]);
    this.generation = now;
    this.account.generations = keepingKnown(this.account.generations, [now]);
  }

  /** Asks whether the job has finished, and waits for nothing but the answer. */
  async seenFinished(): Promise<void> {
    await this.account.step('jobFinished', async () => {
      const { finished } = await this.lookedAtOnce('See that the job has finished');
      this.hasFinished = finished;
      return finished ? {} : { detail: 'It has not: nothing is removed' };
    });
  }

  /** The same of whether somebody has canceled it. */
  async seenCanceled(): Promise<boolean> {
    const { isCanceled } = await this.account.step('cancellationSeen', async () => {
      try {
        await this.lookedAtOnce('See that the job is canceled');
      } catch (error) {
        if (failureOf(error).code === 'JOB_CANCELED_OUTSIDE') return { isCanceled: true };
        throw error;
      }
      return { isCanceled: false, detail: 'It is not: nothing is removed' };
    });
    return isCanceled;
  }

  private lookedAtOnce(what: string) {
    const summary = `${what}: ${generationName(this.generation.identity)}`;
    const calls = waits(this.cluster, lookOnceMs, this.bound(lookOnceMs));
    return calls.waitFinished.executeWithOptions({ summary }, [{ generation: this.generation, waitMs: 0 }]);
  }

  /** What becomes of the Flink cluster of a job that has finished by itself, as its spec says. */
  async settledIfFinished(): Promise<void> {
    if (!this.hasFinished) return;
    this.account.finished = true;
    if (this.generation.spec.spec.cleanup.finished === 'remove') await this.cleared('finishedRemoved');
  }

  /** Sees the job run without a restart for as long as the spec says. */
  async stable(): Promise<void> {
    if (this.hasFinished) return;
    const { upgrade, deadlines } = this.generation.spec.spec;
    const waitMs = parseDurationMs(deadlines.stable) + parseDurationMs(upgrade.stableAfter);
    const calls = waits(this.cluster, waitMs, this.bound(waitMs));
    const summary = `See the job run for ${upgrade.stableAfter} without a restart: ${generationName(this.generation.identity)}`;
    const input = { generation: this.generation, waitMs, stableMs: parseDurationMs(upgrade.stableAfter) };
    const { finished } = await this.account.step('stable', () =>
      calls.waitStable.executeWithOptions({ summary }, [input]),
    );
    this.hasFinished ||= finished ?? false;
  }

  applied(step: StepName = 'objectsApplied', activity: 'applyGeneration' | 'applyTaskManagers' = 'applyGeneration') {
    const summary = `Apply the objects of ${generationName(this.generation.identity)}`;
    return this.account.step(step, () =>
      shortCalls(this.cluster, this.bound(0))[activity].executeWithOptions({ summary }, [
        { generation: this.generation, operation: this.account.number },
      ]),
    );
  }

  /** Ends it for good, as one step. @param boundMs as in `clearGeneration`. */
  async cleared(step: StepName, boundMs?: number): Promise<void> {
    await this.account.step(step, () => clearGeneration(this.generation, quietly, boundMs));
    this.account.forget(this.generation);
  }

  private get cluster(): string {
    return this.generation.spec.spec.cluster;
  }

  /** A step fails when the agent is away, unless a job was stopped for it: then it waits, for its state waits too. */
  private bound(waitMs: number): number | undefined {
    return this.account.stoppedAnother ? undefined : waitMs + agentAwayMs;
  }

  private wait(
    step: StepName,
    activity: WaitActivity,
    deadline: keyof Generation['spec']['spec']['deadlines'] | number,
  ): Promise<WaitOutcome> {
    const { deadlines } = this.generation.spec.spec;
    const waitMs = typeof deadline === 'number' ? deadline : parseDurationMs(deadlines[deadline]);
    const calls = waits(this.cluster, waitMs, this.bound(waitMs));
    const summary = `${waitWords[activity]} ${generationName(this.generation.identity)}`;
    return this.account.step(step, () =>
      calls[activity].executeWithOptions({ summary }, [{ generation: this.generation, waitMs }]),
    );
  }
}

const waitWords = {
  waitPodsScheduled: 'Wait until pods are scheduled:',
  waitImagesPulled: 'Wait until images are pulled:',
  waitTaskManagers: 'Wait until the TaskManagers are up:',
  waitJobManager: 'Wait until the JobManager answers:',
  waitSlots: 'Wait until the slots are registered:',
  primeCluster: 'Prime',
  submitJob: 'Submit the job to',
  waitTasks: 'Wait until all tasks run:',
  confirmCheckpoint: 'See a checkpoint completed:',
} as const;

type WaitActivity = keyof typeof waitWords;

interface WaitOutcome extends StepOutcome {
  /** Whether the job has finished by itself. */
  readonly finished?: boolean;
  /** Whether the job makes no checkpoints that could be waited for. */
  readonly makesNone?: boolean;
}

/** Steps within a step: the outer one is what people see. */
export const quietly: RunStep = (_name, act) => act();
