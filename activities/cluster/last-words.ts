/** What a JobManager told of its job before its pods were ended: whoever takes over the stop cannot ask it any more. */
import { z } from 'zod';
import { annotations } from '../../core/names.ts';
import type { PointSeen } from '../../core/stopping.ts';

export interface LastWords {
  /** Its newest checkpoint. */
  readonly checkpoint?: PointSeen;
  /** Whether the job had finished by itself, unless the storage has the savepoint of a stop. */
  readonly finished?: true;
}

const noted = z.object({
  submission: z.string(),
  checkpoint: z.object({ id: z.int(), path: z.string(), completedAtMs: z.number() }).optional(),
  finished: z.literal(true).optional(),
});

/** As they are written to the anchor; undefined where nothing was told that the storage cannot tell. */
export function notesOfLastWords(submission: number, words: LastWords): Record<string, string> | undefined {
  if (!words.checkpoint && !words.finished) return undefined;
  const by = String(submission);
  return {
    [annotations.lastWords]: JSON.stringify({ submission: by, ...words }),
    ...(words.checkpoint && { [annotations.checkpointed]: by }),
  };
}

/** What the anchor says of that submission. */
export function readLastWords(note: string | undefined, submission: string | undefined): LastWords {
  if (note === undefined) return {};
  const { submission: by, checkpoint, finished } = noted.parse(JSON.parse(note));
  return by === submission ? { ...(checkpoint && { checkpoint }), ...(finished && { finished }) } : {};
}
