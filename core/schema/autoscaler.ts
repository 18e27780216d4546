/** `spec.autoscaler`: what the autoscaler may do with a job, and when. */
import { z } from 'zod';
import { operatorDefaults } from '../autoscaler/options.ts';
import { features, type AutoscalerPolicy } from '../autoscaler/policy.ts';
import { scheduleProblem } from '../savepoint-schedule.ts';
import { parseDurationMs } from '../spec/duration.ts';
import { memoryPattern, parseMemoryBytes } from '../spec/quantity.ts';
import { parseOperatorOptions } from './autoscaler-options.ts';
import { defaults, memoryDefaults, metricDefaults, recurringDefaults } from '../spec/defaults.ts';
import { cpu, cronExpression, duration, memory, textLike, timeZone } from './fields.ts';
import { quotaLimits } from './quota.ts';

const fallback = defaults.spec.autoscaler;

const parallelism = () => z.int().min(1).max(32_768);
const busy = () => z.number().gt(0).max(1);
const vertexName = () => z.string().min(1).max(256).meta({ title: 'vertices' });

const window = {
  cron: cronExpression().describe('When it begins, as five cron fields.'),
  timeZone: timeZone().default(recurringDefaults.timeZone).describe('In which time zone the fields are meant.'),
  lasts: duration('1m', '31d').describe('How long it lasts.'),
};

const minUpToMax = ({
  min = 1,
  max = Infinity,
}: {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}) => min <= max;
/** Both may be no quantities at all: that is said elsewhere. */
const isAscending = (min: string | undefined, max: string) =>
  min === undefined ||
  ![min, max].every((one) => memoryPattern.test(one)) ||
  parseMemoryBytes(min) <= parseMemoryBytes(max);
const minAboveMax = { error: 'must not be above `max`', path: ['min'] };

/** Cron and time zone are checked together: only then is a time known to come. */
const comes = (schedule: { readonly cron: string; readonly timeZone: string }, context: z.RefinementCtx) => {
  const wrong = scheduleProblem(schedule);
  if (wrong) context.addIssue({ code: 'custom', message: wrong.message, path: [wrong.field] });
};

const vertexSchema = z
  .strictObject({
    min: parallelism().optional().describe('The least parallelism of the vertex.'),
    max: parallelism().optional().describe('The largest parallelism of the vertex.'),
    utilization: busy().optional().describe('The share of its time that it shall be busy.'),
    excluded: z.boolean().optional().describe('Whether the autoscaler leaves it alone.'),
  })
  .refine(minUpToMax, minAboveMax);

const scheduleSchema = z
  .strictObject({
    ...window,
    min: parallelism().optional().describe('The least parallelism of any vertex then.'),
    max: parallelism().optional().describe('The largest parallelism of any vertex then.'),
  })
  .refine(minUpToMax, minAboveMax)
  .superRefine(comes);

const metricSchema = z
  .strictObject({
    name: textLike(/^[A-Za-z][\w.-]*$/, 'be a name such as `queue-length`', 64, 'name').describe(
      'What it is called in decisions.',
    ),
    metric: z
      .string()
      .min(1)
      .max(512)
      .optional()
      .meta({
        description:
          'A metric of Flink, by the name that its REST interface has for it: of `vertices`, or of the job, or else of all vertices that have it.',
        examples: ['Source__orders.KafkaSourceReader.KafkaConsumer.records-lag-max'],
      }),
    aggregate: z
      .enum(['sum', 'avg', 'min', 'max'])
      .default(metricDefaults.aggregate)
      .describe('How the values of subtasks are put together, and those of vertices.'),
    query: z
      .string()
      .min(1)
      .max(4096)
      .optional()
      .describe('A Prometheus query that gives one number. The agent must know an address (`DREY_PROMETHEUS_URL`).'),
    target: z.number().gt(0).describe('What the value is to be.'),
    kind: z
      .enum(['value', 'perSubtask'])
      .default(metricDefaults.kind)
      .describe('`value`: of the job as it is. `perSubtask`: for each subtask of the vertex.'),
    vertices: z
      .array(vertexName())
      .max(256)
      .default(metricDefaults.vertices)
      .describe('Vertices that it scales, by id or by name; none: all.'),
  })
  .refine(
    ({ metric, query }) => (metric === undefined) !== (query === undefined),
    'must have either `metric` or `query`',
  );

const memorySchema = z
  .strictObject({
    mode: z
      .enum(['advise', 'active'])
      .default(memoryDefaults.mode)
      .describe(
        '`advise`: what the TaskManagers should have is told. `active`: where the autoscaler is, they are given it, by an upgrade.',
      ),
    min: memory()
      .optional()
      .describe('The least that a TaskManager is given. Without it, what it had before it was given any.'),
    max: memory().describe('The most that a TaskManager is given.'),
  })
  .refine(({ min, max }) => isAscending(min, max), minAboveMax)
  .optional()
  .describe('How much memory TaskManagers may be given. Without it, nothing is decided about memory.');

const options = z
  .record(z.string().startsWith('job.autoscaler.').max(256), z.string().max(1024))
  .default(fallback.options)
  .superRefine((given, context) => {
    const parsed = parseOperatorOptions(given);
    for (const { key, message } of 'problems' in parsed ? parsed.problems : [])
      context.addIssue({ code: 'custom', message, path: [key] });
  })
  .describe('Options of the Apache operator’s autoscaler, by their names.');

export const autoscalerModes = ['off', 'advise', 'active'] as const;
export const autoscalerProfiles = ['drey', 'flink-operator-main', 'flink-operator-1.15'] as const;

export const autoscalerSchema = z
  .strictObject({
    mode: z
      .enum(autoscalerModes)
      .default(fallback.mode)
      .describe('`advise`: decides and records what it would do. `active`: rescales the job.'),
    profile: z
      .enum(autoscalerProfiles)
      .default(fallback.profile)
      .describe('`flink-operator-*`: the numbers of the Apache operator’s autoscaler.'),
    min: parallelism().optional().describe('The least parallelism of any vertex.'),
    max: parallelism().optional().describe('The largest parallelism of any vertex.'),
    utilization: busy().optional().describe('The share of its time that a vertex shall be busy.'),
    vertices: z
      .record(vertexName(), vertexSchema)
      .refine((map) => Object.keys(map).length <= 256, 'must have at most 256 entries')
      .default(fallback.vertices)
      .describe('Single vertices, by id or by name.'),
    blackouts: z
      .array(z.strictObject(window).superRefine(comes).meta({ title: 'maps' }))
      .max(32)
      .default(fallback.blackouts)
      .describe('Nothing is scaled then.'),
    schedules: z
      .array(scheduleSchema.meta({ title: 'maps' }))
      .max(32)
      .default(fallback.schedules)
      .describe('Other bounds for a time.'),
    quota: z
      .strictObject({
        cpu: cpu().optional().describe('The CPU that they request.'),
        memory: memory().optional().describe('Their memory.'),
        slots: parallelism().optional().describe('The slots that their job uses.'),
      })
      .optional()
      .describe('What all TaskManagers of the job may take together.'),
    metrics: z
      .array(metricSchema.meta({ title: 'maps' }))
      .max(16)
      .default(fallback.metrics)
      .describe(
        'Metrics of one’s own; the vertices are as large as the one that asks for most wants them. Where it is not known what a vertex can process, they alone decide on it, up and down.',
      ),
    catchUp: z
      .strictObject({ within: duration('1m', '24h').describe('A backlog shall be worked off within this time.') })
      .optional()
      .describe('How soon a backlog shall be gone.'),
    memory: memorySchema,
    without: z
      .array(z.enum(features).meta({ title: features.map((one) => `\`${one}\``).join(', ') }))
      .max(features.length)
      .default(fallback.without)
      .describe('What of profile `drey` is switched off.'),
    options,
  })
  .refine(minUpToMax, minAboveMax)
  .describe('Changes the parallelism of the job’s vertices as its load asks for. Without it, nobody does.');

export type AutoscalerSpec = z.output<typeof autoscalerSchema>;

/** The policy that the engine uses. @throws RangeError for a spec that was not parsed. */
export function autoscalerPolicy(spec: AutoscalerSpec): AutoscalerPolicy {
  const parsed = parseOperatorOptions(spec.options, { ...operatorDefaults, enabled: true });
  if ('problems' in parsed) throw new RangeError(parsed.problems.map(({ message }) => message).join('; '));
  const target = spec.utilization === undefined ? {} : { utilizationTarget: spec.utilization };
  return {
    mode: spec.mode,
    profile: spec.profile,
    options: { ...parsed.options, ...target },
    ...defined({ min: spec.min, max: spec.max }),
    vertices: Object.fromEntries(
      Object.entries(spec.vertices).map(([name, { utilization, ...rest }]) => [
        name,
        defined({ ...rest, utilizationTarget: utilization }),
      ]),
    ),
    blackouts: spec.blackouts.map(recurring),
    schedules: spec.schedules.map(({ min, max, ...times }) => ({ ...recurring(times), ...defined({ min, max }) })),
    quotas: spec.quota === undefined ? [] : [quotaOf(spec.quota)],
    customMetrics: spec.metrics.map(({ name, target: wanted, kind, vertices }) => ({
      name,
      target: wanted,
      kind,
      vertices,
    })),
    without: spec.without,
    ...(spec.catchUp === undefined ? {} : { catchUpWithinMs: parseDurationMs(spec.catchUp.within) }),
    ...(spec.memory === undefined ? {} : { memory: memoryPolicy(spec.memory) }),
  };
}

function memoryPolicy({
  mode,
  min,
  max,
}: NonNullable<AutoscalerSpec['memory']>): NonNullable<AutoscalerPolicy['memory']> {
  return {
    ...(min !== undefined && { minBytes: parseMemoryBytes(min) }),
    maxBytes: parseMemoryBytes(max),
    isCarriedOut: mode === 'active',
    byRestart: true,
  };
}

function recurring({ cron, timeZone: zone, lasts }: { cron: string; timeZone: string; lasts: string }) {
  return { cron, timeZone: zone, lastsMs: parseDurationMs(lasts) };
}

function quotaOf(quota: NonNullable<AutoscalerSpec['quota']>): AutoscalerPolicy['quotas'][number] {
  return { of: 'job', ...quotaLimits(quota) };
}

/** Without what is not there. */
function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
