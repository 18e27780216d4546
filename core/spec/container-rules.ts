/** What the containers of a pod template may not hold. */
import { sensitiveEnvironmentProblem } from '../flink/sensitive-options.ts';
import { mainContainerName } from '../manifests/main-container.ts';
import { namedListProblems } from './named-lists.ts';
import { type Entry, entriesOf, fieldsOf } from './pod-template.ts';
import {
  type Reserved,
  reservedContainerFields,
  isReservedMountPath,
  reservedVariable,
} from './pod-template-reserved.ts';
import { type SpecProblem, problem } from './problem.ts';

const containerName = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** The problems of one container, whichever it is. */
export function containerProblems(container: Entry): SpecProblem[] {
  return [
    ...nameProblems(container),
    ...namedListProblems(container, 'env'),
    ...entriesOf(container, 'env').flatMap(({ path, fields }) => sensitiveEnvironmentProblem(path, fields)),
    ...(container.fields['name'] === mainContainerName ? mainContainerProblems(container) : sidecarProblems(container)),
  ];
}

/** The problems of fields that are set where they may not be. */
export function reservedProblems({ path, fields }: Entry, reserved: Readonly<Record<string, Reserved>>): SpecProblem[] {
  return Object.entries(reserved)
    .filter(([name]) => Object.hasOwn(fields, name))
    .map(([name, { reason, instead }]) => problem([...path, name], `cannot be set: ${reason}`, instead));
}

function nameProblems({ path, fields }: Entry): SpecProblem[] {
  const name = fields['name'];
  if (typeof name !== 'string' || name === '' || containerName.test(name)) return [];
  const message = 'must hold only lower-case letters, digits and `-`, at most 63, with a letter or digit at both ends';
  return [problem([...path, 'name'], message)];
}

function sidecarProblems({ path, fields }: Entry): SpecProblem[] {
  if (typeof fields['name'] !== 'string' || typeof fields['image'] === 'string') return [];
  const message = `is required: only Flink's own container, \`${mainContainerName}\`, has one already`;
  return [problem([...path, 'image'], message)];
}

function mainContainerProblems(container: Entry): SpecProblem[] {
  return [
    ...reservedProblems(container, reservedContainerFields),
    ...environmentProblems(container),
    ...mountProblems(container),
    ...resourceProblems(container),
  ];
}

function environmentProblems(container: Entry): SpecProblem[] {
  return entriesOf(container, 'env').flatMap(({ path, fields }) => {
    const name = fields['name'];
    const reserved = typeof name === 'string' ? reservedVariable(name) : undefined;
    if (!reserved) return [];
    return [
      problem([...path, 'name'], `is ${String(name)}, which cannot be set: ${reserved.reason}`, reserved.instead),
    ];
  });
}

function mountProblems(container: Entry): SpecProblem[] {
  return entriesOf(container, 'volumeMounts').flatMap(({ path, fields }) => {
    const mount = fields['mountPath'];
    if (typeof mount !== 'string' || !isReservedMountPath(mount)) return [];
    return [problem([...path, 'mountPath'], `is ${mount}, where Drey and Flink keep files of their own`)];
  });
}

function resourceProblems({ path, fields }: Entry): SpecProblem[] {
  const resources = fieldsOf(fields['resources']);
  const hint = 'Use `resources` beside `podTemplate`; other resources may be given here.';
  return ['requests', 'limits'].flatMap((kind) =>
    ['cpu', 'memory']
      .filter((name) => fieldsOf(resources?.[kind])?.[name] !== undefined)
      .map((name) =>
        problem([...path, 'resources', kind, name], "cannot be set: Flink's sizes are derived from the spec", hint),
      ),
  );
}
