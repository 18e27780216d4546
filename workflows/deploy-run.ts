/** The steps of a deploy. Each may be repeated: what it makes was named before, so a second try finds the first one's work. */
import { decideAdoption, strangersAmong, type FoundGeneration } from '../core/adoption.ts';
import type { Generation } from '../core/generation.ts';
import { hasDurableStorage } from '../core/generation.ts';
import { generationName } from '../core/names.ts';
import { parseDurationMs } from '../core/spec/duration.ts';
import type { StepName } from '../core/steps.ts';
import { clearGeneration, type RunStep } from './clear-generation.ts';
import { shortCalls, waits } from './cluster-activities.ts';
import type { DeployInput } from './deploy.ts';
import { errorOf, OperationRun } from './operation-run.ts';
import { settleOrphans } from './settle-orphans.ts';

/** What an agent that is away may add to a step's own time before the operation fails. */
const agentAwayMs = 60_000;

/** Longest stop with savepoint: longer than Flink's own checkpoint timeout (10 min), since a stop cannot be withdrawn. */
const stopMs = 12 * 60_000;

/** What ending the pods and reading the storage may take after that. */
const readStorageMs = 10 * 60_000;

export class DeployRun {
  readonly account: OperationRun;
  private target: Generation;
  private readonly input: DeployInput;
  private begun = false;
  private published = false;
  private submitted = false;
  private stoppedAnother = false;

  constructor(input: DeployInput) {
    this.input = input;
    this.target = input.target;
    this.account = new OperationRun(input);
    this.account.onGeneration(input.target.identity.number);
  }

  /** Asks the cluster what is there under this name. Fails within a bound when its agent is away, and may be given up. */
  async askCluster(): Promise<readonly FoundGeneration[]> {
    const { tenant, name, cluster, namespace, askCluster } = this.input;
    const summary = `Look for what already runs as ${tenant}/${name}`;
    const { found } = await this.account.untilNoReturn(() =>
      this.account.step('clusterAsked', async () => {
        if (askCluster) await settleOrphans({ tenant, name });
        return shortCalls(cluster, agentAwayMs).findGenerations.executeWithOptions({ summary }, [
          { tenant, name, namespace },
        ]);
      }),
    );
    this.account.leftRunning = found.some(({ running }) => running ?? this.input.wasRunning);
    return found;
  }

  /** Takes charge of what an attempt that came late has left. */
  includes(found: readonly FoundGeneration[]): void {
    this.account.generations = [...strangersAmong(found, this.account.generations), ...this.account.generations];
  }

  /** Takes over what was found. True when the very same spec runs already: nothing is left but to see it run. */
  adopts(found: readonly FoundGeneration[]): boolean {
    const adoption = decideAdoption(found, this.target.specHash);
    if (adoption.action === 'replace') this.account.generations = adoption.generations;
    if (adoption.action !== 'adopt') return false;
    this.account.generations = [adoption.generation];
    this.target = adoption.generation;
    this.account.onGeneration(adoption.generation.identity.number);
    return true;
  }

  /**
   * Stops whatever runs now, keeping its state, moves the job's Service, and clears the old away. From here on there is no
   * return: the new anchor notes the restore point before the old generation goes.
   */
  async stopPrevious(): Promise<void> {
    const before = this.account.generations;
    for (const previous of before) await this.stop(previous, 'savepoint', 'previousStopped');
    this.stoppedAnother = before.length > 0;
    this.begin();
    if (before.length > 0) await this.publishService();
    for (const previous of before) {
      await this.account.step('previousRemoved', () => clearGeneration(previous, quietly));
      this.account.generations = this.account.generations.filter((one) => one !== previous);
    }
  }

  private begin(): void {
    const { restorePoint } = this.account;
    this.target = { ...this.target, ...(restorePoint === undefined ? {} : { restoreFrom: restorePoint }) };
    this.account.restoring(restorePoint);
    this.account.generations = [...this.account.generations, this.target];
    this.begun = true;
    this.account.leftRunning = false;
  }

  private async stop(generation: Generation, how: 'savepoint' | 'cancel', step: StepName): Promise<void> {
    const calls = waits(this.input.cluster, stopMs + readStorageMs);
    const { uid, record } = this.input;
    const wish = { generation, how, withinMs: stopMs, requester: { uid, operation: record.number } };
    const next = generation === this.target ? {} : { next: this.target };
    const summary = `Stop ${generationName(generation.identity)} with its state kept`;
    this.account.leftRunning = false;
    const stopped = await this.account.step(step, async () => {
      const outcome = await calls.stopJob.executeWithOptions({ summary }, [{ ...wish, ...next }]);
      if (!outcome.refused) return outcome;
      this.account.leftRunning = true;
      throw errorOf(outcome.refused);
    });
    // A generation that never completed a checkpoint took nothing over: an older restore point stays the right one.
    this.account.restorePoint = stopped.finished ? undefined : (stopped.restorePoint ?? this.account.restorePoint);
  }

  /** Applies the objects and waits until the Flink cluster is ready for the job. May be given up unless state waits. */
  async startCluster(): Promise<void> {
    const { restorePoint } = this.account;
    const dedicated = this.target.spec.spec.mode === 'dedicated';
    const bringUp = async () => {
      // An application's JobManager submits the job as it starts.
      this.submitted = !dedicated;
      await this.applyObjects();
      await this.awaitStep('podsScheduled', 'waitPodsScheduled', 'schedule');
      await this.awaitStep('imagesPulled', 'waitImagesPulled', 'imagePull');
      if (dedicated) await this.awaitCluster();
    };
    await (restorePoint === undefined ? this.account.untilNoReturn(bringUp) : bringUp());
    if (!dedicated) await this.awaitCluster();
  }

  private async awaitCluster(): Promise<void> {
    await this.awaitStep('jobManagerAnswers', 'waitJobManager', 'jobManager');
  }

  /** Starts the job, and sees it run. */
  async startJob(): Promise<void> {
    this.submitted = true;
    // Flink itself lets the job wait for its slots: its main method runs while they register.
    await allEnded([
      this.awaitStep('slotsRegistered', 'waitSlots', 'slots'),
      this.awaitStep('jobSubmitted', 'submitJob', 'submit'),
    ]);
    await this.seeItRun();
  }

  /** Sees all tasks run, points the job's Service here, and sees a checkpoint completed. */
  async seeItRun(): Promise<void> {
    await this.awaitStep('tasksRunning', 'waitTasks', 'running');
    if (!this.published) await this.publishService();
    if (hasDurableStorage(this.target.spec)) await this.awaitStep('firstCheckpoint', 'confirmCheckpoint', 'checkpoint');
    this.account.restorePoint = undefined;
  }

  private async publishService(): Promise<void> {
    this.published = true;
    await this.account.step('servicePublished', () =>
      shortCalls(this.input.cluster).publishService.executeWithOptions(
        { summary: "Point the job's Service at this generation" },
        [{ generation: this.target, operation: this.input.record.number }],
      ),
    );
  }

  /**
   * Clears away what this deploy began; what ran before it and was not stopped is left as it is. A job that was submitted
   * may have committed up to a checkpoint of its own: the next start is from there.
   */
  async undo(): Promise<void> {
    if (!this.begun) return;
    if (this.submitted) await this.stop(this.target, 'cancel', 'startedStopped');
    await this.account.step('undone', () => clearGeneration(this.target, quietly));
    this.account.generations = this.account.generations.filter((one) => one !== this.target);
  }

  private applyObjects() {
    const summary = `Apply the objects of ${generationName(this.target.identity)}`;
    return this.account.step('objectsApplied', () =>
      shortCalls(this.input.cluster, this.bound(0)).applyGeneration.executeWithOptions({ summary }, [
        { generation: this.target, operation: this.input.record.number },
      ]),
    );
  }

  /** A deploy fails when the agent is away, unless a job was stopped for it: then it waits, for its state waits too. */
  private bound(waitMs: number): number | undefined {
    return this.stoppedAnother ? undefined : waitMs + agentAwayMs;
  }

  private awaitStep(
    step:
      | 'podsScheduled'
      | 'imagesPulled'
      | 'jobManagerAnswers'
      | 'slotsRegistered'
      | 'jobSubmitted'
      | 'tasksRunning'
      | 'firstCheckpoint',
    activity: WaitActivity,
    deadline: keyof Generation['spec']['spec']['deadlines'],
  ) {
    const waitMs = parseDurationMs(this.target.spec.spec.deadlines[deadline]);
    const calls = waits(this.input.cluster, waitMs, this.bound(waitMs));
    const summary = `${waitWords[activity]} ${generationName(this.target.identity)}`;
    return this.account.step(step, () =>
      calls[activity].executeWithOptions({ summary }, [{ generation: this.target, waitMs }]),
    );
  }
}

const waitWords = {
  waitPodsScheduled: 'Wait until pods are scheduled:',
  waitImagesPulled: 'Wait until images are pulled:',
  waitJobManager: 'Wait until the JobManager answers:',
  waitSlots: 'Wait until the slots are registered:',
  submitJob: 'Submit the job to',
  waitTasks: 'Wait until all tasks run:',
  confirmCheckpoint: 'See a checkpoint completed:',
} as const;

type WaitActivity = keyof typeof waitWords;

/** Waits for the end of all, so that nothing still acts when the first failure is undone. */
async function allEnded(steps: readonly Promise<unknown>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(steps)) if (outcome.status === 'rejected') throw outcome.reason;
}

/** Steps within a step: the outer one is what people see. */
const quietly: RunStep = (_name, act) => act();
