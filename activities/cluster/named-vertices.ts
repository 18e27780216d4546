/**
 * Gives a job that starts the parallelism that its spec names for single vertices. Flink 1.20 takes it from its configuration;
 * Flink 2 ignores it there (FLINK-38770), and is asked as soon as it knows the job: before its tasks are made that costs nothing.
 */
import type { FlinkClient } from '../../clients/flink/client.ts';
import type { Failure } from '../../core/failure.ts';
import { flinkJobId } from '../../core/names.ts';
import { parallelismOf, requirementsWith } from '../../core/rescale/vertex-parallelism.ts';
import { askForParallelism } from './ask-parallelism.ts';
import type { WaitInput } from './dependencies.ts';
import { RescaleLook } from './rescale-look.ts';

const cure = 'Correct spec.job.vertexParallelism: at most what the state of that vertex is divided into.';

export class NamedVertices {
  private readonly input: WaitInput;
  private rescale: RescaleLook | undefined;
  /** Whether all tasks run, and not at that parallelism yet. */
  private isLate = false;

  constructor(input: WaitInput) {
    this.input = input;
  }

  /** @throws ApplicationFailure NOT_RESCALABLE where Flink refuses it. */
  async ask(flink: FlinkClient): Promise<void> {
    if (this.rescale || Object.keys(this.named).length === 0) return;
    const { generation } = this.input;
    const id = flinkJobId(generation.identity, generation.submission);
    const now = await flink.resourceRequirements(id);
    if (!now) return;
    const { requirements, differ } = requirementsWith(now, this.named);
    if (differ) await askForParallelism(flink, id, requirements, cure);
    this.rescale = new RescaleLook({ ...this.input, parallelism: parallelismOf(requirements) });
  }

  /** Whether the job runs as it was asked for. */
  async reached(flink: FlinkClient, signal: AbortSignal): Promise<boolean> {
    this.isLate = this.rescale !== undefined;
    this.isLate &&= (await this.rescale?.look(flink, signal)) === undefined;
    return !this.isLate;
  }

  /** Why it was in vain; undefined where nothing was asked for that it has not. */
  failure(silence: string | undefined): Failure | undefined {
    return this.isLate ? this.rescale?.failure(silence) : undefined;
  }

  private get named(): Readonly<Record<string, number>> {
    return this.input.generation.spec.spec.job.vertexParallelism ?? {};
  }
}
