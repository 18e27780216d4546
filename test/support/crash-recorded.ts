/** Which activities an operation of the crash matrix has, in order, and what each was asked: as its history has recorded them. */
import { z } from 'zod';
import { controlTaskQueue } from '../../core/names.ts';
import type { MatrixOperationName, RecordedSteps } from './crash-steps.ts';
import { isRecorded, recordedHistory, type History } from './histories.ts';

export interface Scheduled {
  readonly activity: string;
  readonly isWorkers: boolean;
  /** The number of the generation that it is about. */
  readonly generation?: number;
  /** How a job is stopped. */
  readonly how?: string;
}

const inputShape = z.looseObject({
  generation: z.looseObject({ identity: z.looseObject({ number: z.int() }) }).optional(),
  how: z.string().optional(),
});

/** The activities of an operation, in order. */
export function scheduledIn({ events }: History): Scheduled[] {
  return (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled }) => {
    const activity = scheduled?.activityType?.name;
    if (!activity) return [];
    const isWorkers = scheduled.taskQueue?.name === controlTaskQueue;
    return [{ activity, isWorkers, ...(!isWorkers && askedBy(scheduled.input?.payloads?.[0]?.data)) }];
  });
}

function askedBy(data: Uint8Array | null | undefined): Pick<Scheduled, 'generation' | 'how'> {
  const asked = inputShape.safeParse(JSON.parse(Buffer.from(data ?? []).toString() || '{}')).data;
  const { generation, how } = asked ?? {};
  return { ...(generation && { generation: generation.identity.number }), ...(how !== undefined && { how }) };
}

/** The same of a row. Until its own history is recorded, it is that of another one with what comes besides before the last stop. */
export function scheduledOf({ history, until }: RecordedSteps): Scheduled[] {
  if (!until || isRecorded(history)) return scheduledIn(recordedHistory(history));
  const others = scheduledIn(recordedHistory(until.history));
  const lastStop = others.findLastIndex(({ activity }) => activity === 'stopJob');
  const besides = until.besides.map((activity) => ({ activity, isWorkers: false }));
  return others.toSpliced(lastStop, 0, ...besides);
}

/** Rows whose own history is not recorded yet. */
export function borrowing(operations: Readonly<Record<MatrixOperationName, RecordedSteps>>): MatrixOperationName[] {
  const names = Object.keys(operations) as MatrixOperationName[];
  return names.filter((name) => operations[name].until && !isRecorded(operations[name].history));
}
