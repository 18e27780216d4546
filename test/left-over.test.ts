/** What the crash matrix and the soak take for left over. */
import { expect, test } from '@jest/globals';
import { generationNames, highAvailabilityMapName, type GenerationIdentity } from '../core/names.ts';
import { leftOver } from './support/left-over.ts';

const of = (number: number): GenerationIdentity => ({ tenant: 'default', name: 'job', uid: 'abcdefgh', number });
const [first, second] = [of(1), of(2)];

function objectsOf(generation: GenerationIdentity): string[] {
  const names = generationNames(generation);
  return [
    `ConfigMap ${names.anchor}`,
    `ConfigMap ${names.configMap}`,
    `ConfigMap ${highAvailabilityMapName(generation, 'cluster')}`,
    `ConfigMap ${names.storagePod}-tool`,
    `Service ${names.service}`,
    `Deployment ${names.jobManager}`,
    `Pod ${names.taskManager}-5d9f7c8b6-x2x4z`,
    `Role ${names.serviceAccount}`,
  ];
}

const stable = 'Service job-flink';

test('nothing is, of the generation that runs and of its candidate', () => {
  expect(leftOver([...objectsOf(first), stable], [first])).toEqual([]);
  expect(leftOver([...objectsOf(first), ...objectsOf(second), stable], [first, second])).toEqual([]);
});

test.each([
  ['a high-availability ConfigMap of an earlier generation', `ConfigMap ${highAvailabilityMapName(first, 'cluster')}`],
  ['a workload whose anchor is gone', `Deployment ${generationNames(first).jobManager}`],
  ['a pod of a generation whose number only begins like it', `Pod ${generationNames(of(21)).taskManager}-x2x4z`],
  ['an object of an earlier job of that name', 'ConfigMap job-ihgfedcb-2-config'],
  ['a storage pod, of the generation that runs too', `Pod ${generationNames(second).storagePod}-0a1b2c3d`],
])('%s is', (_what, object) => {
  expect(leftOver([...objectsOf(second), stable, object], [second])).toEqual([object]);
});

test('all is, where nothing runs', () => {
  expect(leftOver([...objectsOf(first), stable], [])).toEqual([...objectsOf(first), stable]);
});
