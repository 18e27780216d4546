/** One job of a Flink cluster: its samples, and what is advised by them. */
import type { FlinkCallOptions, FlinkClient, JobSummary } from '../../clients/flink/client.ts';
import { FlinkRestError, FlinkUnreachable } from '../../clients/flink/errors.ts';
import { JobReader } from '../../clients/flink/read-job.ts';
import { adviceOn, withoutDecision, type Advice } from '../../core/autoscaler/advice.ts';
import { defaultPolicy, type AutoscalerPolicy, type ProfileName } from '../../core/autoscaler/policy.ts';
import type { JobSample } from '../../core/autoscaler/samples.ts';
import type { FlinkClusterReading, JobReading } from '../../core/metrics/job-reading.ts';
import { parseOperatorOptions } from '../../core/schema/autoscaler-options.ts';

const finalStates = ['FINISHED', 'CANCELED', 'FAILED'];

/** By what an autoscaler would decide. */
export interface AdviceTerms {
  readonly profile: ProfileName;
  /** `job.autoscaler.*` as text. */
  readonly configuration: Readonly<Record<string, string>>;
}

/** Whether a job in this state will not run again. */
export function hasEnded({ state }: { readonly state: string }): boolean {
  return finalStates.includes(state);
}

export class AdvisedJob {
  readonly id: string;
  readonly name: string;
  private readonly reader: JobReader;
  /** Absent where no decision is to be awaited. */
  private readonly policy: AutoscalerPolicy | undefined;
  private readonly samples: JobSample[] = [];
  private told: Advice = withoutDecision('NOT_READ', 'Flink has not told of it yet.');
  private settled = false;

  /** @param call how long to wait for each answer. */
  constructor(flink: FlinkClient, summary: JobSummary, terms: AdviceTerms, call: FlinkCallOptions) {
    this.id = summary.id;
    this.name = summary.name;
    this.reader = new JobReader(flink, summary.id, call);
    const policy = policyFor(summary, terms);
    if ('decision' in policy) {
      this.told = policy;
      this.settled = true;
    } else this.policy = policy;
  }

  get advice(): Advice {
    return this.told;
  }

  /** Whether the first decision is there, or none is to come. */
  get isSettled(): boolean {
    return this.settled;
  }

  /**
   * Asks Flink once more, and decides.
   * @param counts false for the first time: Flink gathers metrics when it is asked for them, and answers with those of before, which
   * may be minutes old.
   */
  async read(cluster: FlinkClusterReading, counts: boolean): Promise<void> {
    try {
      const reading = await this.reader.read(cluster);
      if (reading === undefined) this.told = absent;
      else if (counts) this.take(reading);
    } catch (error) {
      this.missed(error);
    }
  }

  /** Notes that Flink did not tell. @throws what is no error of Flink's. */
  missed(error: unknown): void {
    if (error instanceof FlinkUnreachable) this.told = withoutDecision('FLINK_UNREACHABLE', `${error.message}.`);
    else if (error instanceof FlinkRestError) this.told = withoutDecision('FLINK_REFUSED', `${error.message}.`);
    else throw error;
  }

  private take({ job, sample }: JobReading): void {
    if (this.policy === undefined) return;
    this.samples.push(sample);
    this.told = adviceOn(job, this.samples, this.policy);
    this.settled = this.told.decision !== null || hasEnded(job);
  }
}

const absent = withoutDecision('NOT_PLANNED', 'Flink does not know the job any more, or has not planned it yet.');

/** The policy, or the advice where none is needed to give it. */
function policyFor(summary: JobSummary, { profile, configuration }: AdviceTerms): AutoscalerPolicy | Advice {
  if (hasEnded(summary)) return withoutDecision('NOT_RUNNING', `The job is ${summary.state}.`);
  const parsed = parseOperatorOptions(configuration);
  if ('problems' in parsed) {
    const text = parsed.problems.map(({ key, message }) => `${key} ${message}`).join('; ');
    return withoutDecision('BAD_OPTIONS', `${text}.`);
  }
  if (!parsed.options.enabled) return withoutDecision('OFF', 'job.autoscaler.enabled is false.');
  return { ...defaultPolicy, mode: 'advise', profile, options: parsed.options };
}
