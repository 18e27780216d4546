/** The parts of a generation that are looked for by label. */
import { type GenerationIdentity, labels } from '../names.ts';
import type { Labels } from './kubernetes.ts';

/** Value of the label `drey.dev/component`. */
export type Component = 'anchor' | 'jobmanager' | 'taskmanager' | 'storage';

/** Selects the pods of one component of one generation. */
export function componentSelector(generation: GenerationIdentity, component: Component): Labels {
  return {
    [labels.uid]: generation.uid,
    [labels.generation]: String(generation.number),
    [labels.component]: component,
  };
}
