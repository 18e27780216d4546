/** What a job's autoscaler has to say to the agent that decides first: by the anchor, where that agent sees it. */
import { readAutoscalerNote } from '../../core/schema/autoscaler-note.ts';
import type { EngineMemory } from '../../core/autoscaler/memory.ts';
import { autoscalerMemoryKey } from '../../core/autoscaler/signal.ts';
import { noteText } from '../../core/autoscaler-agent/noted-memory.ts';
import { annotations, generationNames, labels, type GenerationIdentity } from '../../core/names.ts';
import { withFailures } from '../failures.ts';
import type { ClusterDependencies } from './dependencies.ts';

/** Whose anchor it is. */
export interface AutoscaledInput {
  readonly identity: GenerationIdentity;
  readonly namespace: string;
}

export interface NoteAutoscalerInput extends AutoscaledInput {
  readonly memory: EngineMemory;
}

export interface AskAutoscalerInput extends AutoscaledInput {
  /** Answered once. */
  readonly key: string;
}

/** What became of it. */
export interface AnchorNoted {
  /** False where the anchor is gone: what was to be noted is of no use to anybody then. */
  readonly noted: boolean;
  readonly detail: string;
}

/** Writes the memory in the place of the agent's, which takes it up. What the agent told last stays as it is. */
export function noteAutoscaler(
  { kubernetes }: ClusterDependencies,
  { memory, ...input }: NoteAutoscalerInput,
): Promise<AnchorNoted> {
  return withFailures(async () => {
    const anchor = await anchorOf(kubernetes, input);
    if (!anchor) return gone;
    const { memory: _older, ...rest } = readAutoscalerNote(anchor.data?.[autoscalerMemoryKey]) ?? { memory };
    const { uid, resourceVersion } = anchor.metadata;
    const text = noteText({ ...rest, memory });
    // A conflict is tried again on what the anchor says then.
    await kubernetes.changeData(
      input.namespace,
      anchor.metadata.name,
      { [autoscalerMemoryKey]: text },
      { uid, resourceVersion },
    );
    return { noted: true, detail: `${text.length} characters` };
  });
}

/** Asks the agent for a decision by the window that it has. */
export function askAutoscaler(
  { kubernetes }: ClusterDependencies,
  { key, ...input }: AskAutoscalerInput,
): Promise<AnchorNoted> {
  return withFailures(async () => {
    const anchor = await anchorOf(kubernetes, input);
    if (!anchor) return gone;
    const { name, uid } = anchor.metadata;
    await kubernetes.annotate('ConfigMap', input.namespace, name, { [annotations.autoscalerAsked]: key }, { uid });
    return { noted: true, detail: key };
  });
}

const gone: AnchorNoted = { noted: false, detail: 'the anchor is gone' };

/** Undefined where it is gone, or on its way, or another job's. */
async function anchorOf(kubernetes: ClusterDependencies['kubernetes'], { identity, namespace }: AutoscaledInput) {
  const anchor = await kubernetes.get('ConfigMap', namespace, generationNames(identity).anchor);
  if (!anchor || anchor.metadata.deletionTimestamp !== undefined) return undefined;
  return anchor.metadata.labels?.[labels.tenant] === identity.tenant ? anchor : undefined;
}
