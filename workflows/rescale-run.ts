/** The parts of a rescale. */
import type { CheckedRescale } from '../activities/cluster/check-rescale.ts';
import type { Failure } from '../core/failure.ts';
import type { Generation } from '../core/generation.ts';
import { generationName } from '../core/names.ts';
import type { TargetInput } from '../core/operation-result.ts';
import { isUnsettled } from '../core/rescale/unsettled.ts';
import { parallelismOf, requirementsFor, type VertexParallelism } from '../core/rescale/vertex-parallelism.ts';
import { parseDurationMs } from '../core/spec/duration.ts';
import { hasSameParallelism, slotsNeeded, taskManagerReplicas } from '../core/spec/task-managers.ts';
import type { StepName } from '../core/steps.ts';
import { askForParallelism } from './ask-for-parallelism.ts';
import { shortCalls, waits } from './cluster-activities.ts';
import { agentAwayMs, GenerationSteps } from './generation-steps.ts';
import { errorOf, failureOf } from './carried-failure.ts';
import { OperationRun } from './operation-run.ts';
import { clearOthers } from './reconcile.ts';

export class RescaleRun {
  readonly account: OperationRun;
  private before: Generation;
  private readonly next: GenerationSteps;
  private readonly name: string;
  private readonly input: TargetInput;
  private checked: CheckedRescale | undefined;
  private hasMoreTaskManagers = false;
  private wasAsked = false;

  constructor(input: TargetInput) {
    const before = input.generations.at(-1);
    if (!before) throw new Error('a rescale needs a generation to begin with');
    this.input = input;
    this.before = before;
    this.account = new OperationRun(input);
    this.next = new GenerationSteps(this.account, input.target);
    this.name = generationName(before.identity);
    this.account.note({ generation: before.identity.number });
  }

  /** Else it is only about TaskManagers. */
  get changesParallelism(): boolean {
    return isUnsettled(this.before) || !hasSameParallelism(this.before.spec.spec.job, this.spec.job);
  }

  /** Everything before Flink is asked: it may be given up. */
  prepare(): Promise<CheckedRescale | undefined> {
    return this.account.untilNoReturn(async () => {
      await clearOthers(this.account, this.input);
      const checked = await this.check();
      if (!checked) return undefined;
      this.checked = checked;
      const { unsettledIn: _settled, ...generation } = this.next.generation;
      this.next.generation = { ...generation, fixedVertices: checked.fixed };
      if (checked.taskManagers < taskManagerReplicas(this.spec)) await this.addTaskManagers();
      if (slotsNeeded(this.spec.job) > slotsNeeded(this.before.spec.spec.job)) await this.next.slotsRegistered();
      // A rescale of 1.20 begins at once, and goes on from the newest checkpoint that there is.
      if (this.changesParallelism && this.spec.flink.version === '1.20')
        await this.next.checkpointed('checkpointBefore');
      return checked;
    });
  }

  /** @returns undefined where the job has finished by itself. */
  private async check(): Promise<CheckedRescale | undefined> {
    const waitMs = parseDurationMs(this.spec.deadlines.running);
    const summary = `Ask ${this.name} whether it can run at parallelism ${this.spec.job.parallelism}`;
    const { parallelism, vertexParallelism } = this.spec.job;
    const input = { generation: this.before, waitMs, parallelism, ...(vertexParallelism && { vertexParallelism }) };
    const outcome = await this.account.step('parallelismChecked', async () => {
      const calls = waits(this.spec.cluster, waitMs, waitMs + agentAwayMs);
      const seen = await calls.checkRescale.executeWithOptions({ summary }, [input]);
      if (!('ended' in seen) || seen.ended === 'finished') return seen;
      this.account.leftRunning = false;
      throw errorOf(seen.ended);
    });
    this.next.hasFinished = 'ended' in outcome;
    return 'ended' in outcome ? undefined : outcome;
  }

  private async addTaskManagers(): Promise<void> {
    this.hasMoreTaskManagers = true;
    const replicas = taskManagerReplicas(this.spec);
    const summary = `Ask for ${replicas} TaskManagers of ${this.name}`;
    const input = { generation: this.before, operation: this.account.number, replicas };
    await this.account.step('taskManagersAdded', () =>
      shortCalls(this.spec.cluster, agentAwayMs).addTaskManagers.executeWithOptions({ summary }, [input]),
    );
    await this.next.podsReady();
  }

  /** From here on there is no return but putting the parallelism back, as a person may want, too. */
  change({ parallelism }: CheckedRescale): Promise<void> {
    this.wasAsked = true;
    this.account.stoppedAnother = true;
    return this.account.untilAborted(async () => {
      await this.ask('parallelismChanged', requirementsFor(parallelism));
      const { pauseMs, finished = false } = await this.reached('tasksRescaled', parallelism);
      this.next.hasFinished = finished;
      if (pauseMs !== undefined) this.account.note({ pauseMs });
      await this.next.checkpointed();
    });
  }

  private ask(step: StepName, requirements: CheckedRescale['before']) {
    const input = { generation: this.before, operation: this.account.number, requirements };
    const waitMs = parseDurationMs(this.spec.deadlines.running);
    return this.account.step(step, () => askForParallelism(input, waitMs));
  }

  private reached(step: StepName, parallelism: VertexParallelism, isPutBack = false) {
    const waitMs = parseDurationMs(this.spec.deadlines.running);
    const summary = `Wait until all tasks run at their new parallelism: ${this.name}`;
    return this.account.step(step, () =>
      waits(this.spec.cluster, waitMs).waitParallelism.executeWithOptions({ summary }, [
        { generation: this.before, waitMs, parallelism, isPutBack },
      ]),
    );
  }

  /** What runs is now the new revision: its anchor says so, and nothing is put back any more. */
  async noteRevision(): Promise<void> {
    await this.account.step('anchorUpdated', () => this.noted(this.next.generation));
    this.account.isBrought = true;
    this.account.activate(this.next.generation);
  }

  private noted(generation: Generation) {
    const summary = `Note revision ${generation.revision} on ${this.name}`;
    const input = { generation, operation: this.account.number };
    return shortCalls(this.spec.cluster).noteRevision.executeWithOptions({ summary }, [input]);
  }

  async removeTaskManagers({ taskManagers }: CheckedRescale): Promise<void> {
    const replicas = taskManagerReplicas(this.spec);
    if (taskManagers > replicas) await this.account.step('taskManagersRemoved', () => this.removed(replicas));
  }

  /** What else the revision changes is for people; and a job may have finished meanwhile. */
  async conclude(): Promise<void> {
    if (this.account.changesBookkeeping) await this.next.published();
    await this.next.settledIfFinished();
  }

  private removed(replicas: number) {
    const waitMs = parseDurationMs(this.spec.deadlines.slots);
    const summary = `Remove TaskManagers of ${this.name} that have no task, down to ${replicas}`;
    return waits(this.spec.cluster, waitMs).removeTaskManagers.executeWithOptions({ summary }, [
      { generation: this.before, waitMs, replicas },
    ]);
  }

  /** After a failure: the job is brought back to what it was. @returns the failure to report. */
  async undo(failure: Failure): Promise<Failure> {
    const { checked } = this;
    if (!checked || this.account.isBrought || !(this.hasMoreTaskManagers || this.wasAsked)) return failure;
    const told = this.wasAsked ? await this.putBack(failure, checked) : failure;
    const undone = async () => {
      try {
        return this.hasMoreTaskManagers ? await this.removed(checked.taskManagers) : undefined;
      } finally {
        // Else the anchor said for ever that the job is being changed: nobody would tell what is wrong with it.
        await this.noted(this.before);
      }
    };
    // The step says what is left: what became of the job matters more.
    await this.account.step('undone', undone).catch(() => undefined);
    return told;
  }

  private async putBack(failure: Failure, checked: CheckedRescale): Promise<Failure> {
    const from = this.before.spec.spec.job.parallelism;
    try {
      const { hasEnded } = await this.ask('parallelismPutBack', checked.before);
      if (!hasEnded) await this.reached('tasksRunning', parallelismOf(checked.before), true);
      this.account.leftRunning &&= !hasEnded;
      return hasEnded
        ? also(failure, 'The job has ended.', jobEnded)
        : also(failure, `It was put back to parallelism ${from}.`);
    } catch (error) {
      this.account.leftRunning = false;
      this.leaveUnsettled(checked);
      const why = failureOf(error);
      return also(failure, `It could not be put back to parallelism ${from}: ${why.message}`, why);
    }
  }

  /** Whatever asks Flink next is told that what it was asked for before tells nothing of which vertices follow. */
  private leaveUnsettled({ fixed }: CheckedRescale): void {
    this.before = { ...this.before, fixedVertices: fixed, unsettledIn: this.before.submission };
    this.account.activate(this.before);
  }

  private get spec() {
    return this.next.generation.spec.spec;
  }
}

const jobEnded: Omit<Failure, 'message'> = {
  code: 'JOB_NOT_RUNNING',
  cure: 'Nothing to do where the job is brought back by itself (spec.recovery); `drey describe job NAME` says what becomes of it.',
};

/** @param instead what somebody finds who gave it up and was told that the job would run on. */
function also(failure: Failure, more: string, instead?: Omit<Failure, 'message'>): Failure {
  const told = instead && failure.code === 'ABORTED' ? instead : failure;
  return { ...told, message: `${failure.message} ${more}` };
}
