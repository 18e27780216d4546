/** The parts of a deploy: what is there is asked, ended with its state, and the target brought up from it. */
import { decideAdoption, reconciled, type FoundGeneration } from '../core/adoption.ts';
import { markedAsKnown } from '../core/candidate.ts';
import { staysFinished } from '../core/finished-job.ts';
import type { Generation } from '../core/generation.ts';
import type { Failure } from '../core/failure.ts';
import type { StoppedJob } from '../activities/cluster/stop-shapes.ts';
import { stayingThere } from '../core/job-outcome.ts';
import type { TargetInput } from '../core/operation-result.ts';
import { findRunning } from './find-running.ts';
import { GenerationSteps } from './generation-steps.ts';
import { allEnded, OperationRun } from './operation-run.ts';
import { rollBack, type StoppedUpgrade } from './roll-back.ts';
import { stopAll } from './stop-all.ts';
import { endStarted, stopFound } from './stop-generation.ts';
import { keepingState } from './stop-wishes.ts';
import { assertYoung } from './waited-state.ts';

/** What is gone back to, where a lost operation was to replace it. */
type StoppedBefore = Pick<StoppedUpgrade, 'previous' | 'previousFinished' | 'stateOf' | 'isStateUnknown'>;

export class DeployRun {
  readonly account: OperationRun;
  private readonly target: GenerationSteps;
  private readonly input: TargetInput;
  private begun = false;
  /**
   * The state that was there before, where the target may start from another one. Where that could not be found, it is the savepoint that
   * somebody named: nothing starts empty unasked.
   */
  private waiting: string | undefined;
  private isStateUnknown = false;
  /** What ran before and was stopped, as far as it can be gone back to. */
  private previous: StoppedBefore | undefined;

  constructor(input: TargetInput) {
    this.input = input;
    this.account = new OperationRun(input);
    this.target = new GenerationSteps(this.account, input.target);
    this.account.note({ generation: input.target.identity.number });
  }

  /** Asks the cluster what is there under this name. Fails within a bound when its agent is away, and may be given up. */
  async askCluster(): Promise<readonly FoundGeneration[]> {
    const seen = await this.account.untilNoReturn(() => findRunning(this.account, this.input));
    const found = this.staysBeside ? markedAsKnown(seen, this.input.generations) : seen;
    const own = found.filter((one) => !this.leaves(one));
    this.account.leftRunning = own.some(({ running }) => running ?? this.input.wasRunning);
    return found;
  }

  /** Takes charge of what an attempt that came late has left, and of what a lost operation did. */
  includes(found: readonly FoundGeneration[]): void {
    this.account.generations = reconciled(found, this.account.generations);
  }

  /** Whether it is the candidate of a job that is brought back: that runs on, and comes before the job in every order. */
  private leaves({ candidate }: Generation): boolean {
    return candidate === true && this.staysBeside;
  }

  private get staysBeside(): boolean {
    return this.input.record.kind === 'recover' && this.input.besideCandidate === true;
  }

  /** Takes over what was found. True when the very same spec runs already: nothing is left but to see it run. */
  adopts(found: readonly FoundGeneration[]): boolean {
    const adoption = decideAdoption(found, this.target.generation.specHash);
    if (adoption.action === 'replace') this.account.generations = adoption.generations;
    if (adoption.action !== 'adopt') return false;
    this.account.generations = [adoption.generation];
    this.target.generation = adoption.generation;
    this.account.note({ generation: adoption.generation.identity.number });
    return true;
  }

  /**
   * Stops whatever runs now, keeping its state, moves the job's Service, and clears the old away. From here on there is no
   * return: the new anchor notes the restore point before the old generation goes. What is left of others goes before the one
   * that runs is touched: where that cannot be cleared away, the job runs on.
   * @returns false where the very same revision has finished by itself, or any other that nobody asked to be run again: then there is
   * nothing to start.
   * @throws STATE_TOO_OLD before anything of the target is made.
   */
  async stopPrevious(): Promise<boolean> {
    const { leftRunning } = this.account;
    const before = this.account.generations.filter((one) => !this.leaves(one));
    const stopped = await stopAll(this.account, before, (one) => this.stop(one));
    const active = before.at(-1);
    if (active && (await this.hasFinished(active, stopped))) return false;
    // What ran was judged as it was stopped: a lost operation may have started it from what waited.
    if (!leftRunning) assertYoung(this.account, this.input, this.target.generation.spec);
    this.tellIfItStays();
    this.account.stoppedAnother = before.length > 0;
    this.begin();
    if (before.length > 0) await this.target.published();
    if (active) await this.clear(active);
    return true;
  }

  private stop(generation: Generation): Promise<StoppedJob | undefined> {
    const next = this.target.generation;
    const wish = { ...keepingState(generation, next.spec, this.account.mode), next };
    return stopFound(this.account, this.input, wish, 'previousStopped');
  }

  /** What this one is there for may have finished meanwhile: an operation that was lost has started it, or it is to be brought back. */
  private async hasFinished(generation: Generation, stopped: StoppedJob | undefined): Promise<boolean> {
    const { identity, specHash, revision } = this.target.generation;
    this.isStateUnknown = stopped?.isStateUnknown ?? false;
    this.previous = stopped && this.goneBackTo(generation, stopped);
    const isMeant = generation.specHash === specHash || staysFinished(this.input);
    if (!stopped?.finished || !isMeant || generation.identity.uid !== identity.uid) return false;
    const steps = new GenerationSteps(this.account, generation);
    steps.hasFinished = true;
    // What was to be gone back to has not run: what has finished stays what ran last.
    if (generation.revision > revision) this.account.note({ generation: undefined });
    await steps.settledIfFinished();
    return true;
  }

  /**
   * A lost operation may have put another revision in the place of what ran as it should, and that may have committed.
   * Undefined where there is nothing to go back to, or where its state was left behind and nobody knows it any more.
   */
  private goneBackTo(generation: Generation, stopped: StoppedJob): StoppedBefore | undefined {
    const { lastStable } = this.input;
    if (!lastStable || (this.account.mode === 'stateless' && this.account.restorePoint === undefined)) return undefined;
    const { identity, submission } = generation;
    const { number: revision, spec, specHash } = lastStable;
    const isItself = generation.specHash === specHash;
    return {
      previous: isItself ? generation : { identity, submission, revision, spec, specHash },
      previousFinished: stopped.finished ?? false,
      isStateUnknown: this.isStateUnknown,
      ...(!isItself && stopped.kind && { stateOf: generation.spec }),
    };
  }

  /** Who thinks of giving it up reads in its plan what becomes of the job then. */
  private tellIfItStays(): void {
    const { plan } = this.account.current;
    const goesBack = this.previous !== undefined && !this.previous.previousFinished;
    if (this.previous?.isStateUnknown) this.account.note({ stopFound: 'stateUnknown' });
    if (plan?.goesBackTo !== undefined && !goesBack) this.account.note({ plan: stayingThere(plan) });
  }

  private clear(generation: Generation): Promise<void> {
    return new GenerationSteps(this.account, generation).cleared('previousRemoved');
  }

  private begin(): void {
    const { restorePoint: before, startsFrom: restorePoint } = this.account;
    this.waiting = before ?? (this.isStateUnknown ? restorePoint : undefined);
    this.account.restorePoint = restorePoint;
    this.target.generation = { ...this.target.generation, ...(restorePoint && { restoreFrom: restorePoint }) };
    this.account.restoring(restorePoint);
    this.account.activate(this.target.generation);
    this.begun = true;
    this.account.leftRunning = false;
  }

  /** Applies the objects and waits until the Flink cluster is ready for the job. Where state waits, only a person may give it up. */
  async startCluster(): Promise<void> {
    const { target } = this;
    const bringUp = async () => {
      await target.podsStarted();
      if (target.isDedicated) await target.jobManagerAnswers();
    };
    await (this.account.restorePoint === undefined && !this.previous
      ? this.account.untilNoReturn(bringUp)
      : this.account.untilAborted(bringUp));
    if (!target.isDedicated) await this.account.untilAborted(() => target.jobManagerAnswers());
  }

  /** Starts the job, and sees it run. */
  async startJob(): Promise<void> {
    // Flink itself lets the job wait for its slots: its main method runs while they register.
    await this.account.untilAborted(() => allEnded([this.target.slotsRegistered(), this.target.submitted()]));
    await this.seeItRun();
  }

  /** Sees all tasks run, points the job's Service here, and sees a checkpoint completed. */
  async seeItRun(): Promise<void> {
    await this.account.untilAborted(() => this.target.tasksRunning());
    await this.target.published();
    await this.account.untilAborted(() => this.target.checkpointed());
    await this.target.settledIfFinished();
  }

  /** What would go back where it fails must first be seen to be better than that. */
  async seeItStable(): Promise<void> {
    if (this.previous) await this.account.untilAborted(() => this.target.stable());
  }

  /**
   * Clears away what this deploy began; what ran before it and was not stopped is left as it is. What a lost operation was to
   * replace is brought back. @returns the failure to report.
   */
  async undo(failure: Failure): Promise<Failure> {
    if (!this.begun) return failure;
    if (!this.previous) await this.endStarted();
    else return this.rollBack(this.previous, failure);
    return failure;
  }

  private rollBack(stopped: StoppedBefore, failure: Failure): Promise<Failure> {
    const { account, target } = this;
    account.restorePoint = this.waiting;
    return rollBack({ account, next: target, isWarm: false, ...stopped }, failure);
  }

  private async endStarted(): Promise<void> {
    const { generation } = this.target;
    // Where its end is not known, the next operation learns of its own checkpoints when it stops it.
    if (!this.account.finished) this.account.restorePoint = this.waiting;
    const done = await endStarted(this.account, this.target, { before: this.waiting, step: 'startedStopped' });
    if (done === 'finished') await this.target.settledIfFinished();
    else if (generation.spec.spec.cleanup.failed === 'remove') await this.target.cleared('undone');
    else await this.account.step('clusterKept', async () => undefined);
  }
}
