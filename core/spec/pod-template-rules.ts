/** What a pod template may not hold: what Drey sets itself, and lists whose entries cannot be told apart. */
import { mainContainerName } from '../manifests/main-container.ts';
import type { PodTemplate } from '../schema/flink-job.ts';
import { containerProblems, reservedProblems } from './container-rules.ts';
import { ownKeyProblems } from './label-rules.ts';
import { namedListProblems } from './named-lists.ts';
import { type Entry, entriesOf, listOf } from './pod-template.ts';
import { reservedPodFields } from './pod-template-reserved.ts';
import { type FieldPath, type SpecProblem, problem } from './problem.ts';
import { type SpecRule, rule } from './rule.ts';

const templateRule = (section: 'jobManager' | 'taskManager'): SpecRule =>
  rule([`${section}.podTemplate`], (template) => templateProblems(['spec', section, 'podTemplate'], template));

export const podTemplateRules: readonly SpecRule[] = [templateRule('jobManager'), templateRule('taskManager')];

function templateProblems(path: FieldPath, template: PodTemplate | undefined): SpecProblem[] {
  const pod = template?.spec && { path: [...path, 'spec'], fields: template.spec };
  return [
    ...ownKeyProblems([...path, 'metadata', 'labels'], template?.metadata?.labels),
    ...ownKeyProblems([...path, 'metadata', 'annotations'], template?.metadata?.annotations),
    ...(pod ? podProblems(pod) : []),
  ];
}

function podProblems(pod: Entry): SpecProblem[] {
  return [
    ...reservedProblems(pod, reservedPodFields),
    ...(['volumes', 'containers', 'initContainers'] as const).flatMap((list) => namedListProblems(pod, list)),
    ...entriesOf(pod, 'containers').flatMap(containerProblems),
    ...entriesOf(pod, 'initContainers').flatMap((container) => initContainerProblems(pod, container)),
  ];
}

function initContainerProblems(pod: Entry, container: Entry): SpecProblem[] {
  const name = container.fields['name'];
  const taken = [mainContainerName, ...listOf(pod.fields['containers']).map((each) => each['name'])];
  if (typeof name !== 'string' || !taken.includes(name)) return containerProblems(container);
  return [problem([...container.path, 'name'], `is ${name}, the name of a container`, 'Give it a name of its own.')];
}
