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

/** The same of a row; none until its history is recorded. */
export function scheduledOf({ history }: RecordedSteps): Scheduled[] {
  return isRecorded(history) ? scheduledIn(recordedHistory(history)) : [];
}

/** Rows whose history is not recorded yet. */
export function unrecorded(operations: Readonly<Record<MatrixOperationName, RecordedSteps>>): MatrixOperationName[] {
  const names = Object.keys(operations) as MatrixOperationName[];
  return names.filter((name) => !isRecorded(operations[name].history));
}
