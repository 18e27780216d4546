/** Flink's configuration for one generation: what Drey needs, what it recommends, and what the user says. */
import type { ConfigurationInput, Settings } from './configuration-input.ts';
import { defaultJavaOptions } from './configuration-java.ts';
import { defaultNetwork, fixedNetwork } from './configuration-network.ts';
import { defaultResources, fixedResources } from './configuration-resources.ts';
import { defaultRest, fixedRest } from './configuration-rest.ts';
import { fixedApplication, fixedHighAvailability, fixedStorage } from './configuration-storage.ts';

/** Older names of options that have defaults here: a user who sets one of them means the option. */
const olderNames: Readonly<Record<string, readonly string[]>> = {
  'jobmanager.adaptive-scheduler.executing.cooldown-after-rescaling': [
    'jobmanager.adaptive-scheduler.scaling-interval.min',
  ],
  'jobmanager.adaptive-scheduler.submission.resource-wait-timeout': [
    'jobmanager.adaptive-scheduler.resource-wait-timeout',
  ],
  'rest.cache.checkpoint-statistics.timeout': ['web.refresh-interval'],
};

/** Everything that the generation's `config.yaml` says, sorted by key. */
export function flinkConfiguration(input: ConfigurationInput): Record<string, string> {
  const user = input.job.spec.flink.configuration;
  const settings = { ...defaultSettings(input, user), ...user, ...fixedSettings(input) };
  return Object.fromEntries(Object.entries(settings).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** What Drey relies on: these win over the user's configuration, which validation has refused to set them. */
export function fixedSettings(input: ConfigurationInput): Settings {
  return {
    ...fixedNetwork(input),
    ...fixedRest(input),
    ...fixedResources(input),
    ...fixedStorage(input),
    ...fixedHighAvailability(input),
    ...fixedApplication(input),
    ...userClasspaths(input),
  };
}

function defaultSettings(input: ConfigurationInput, user: Settings): Settings {
  const defaults = { ...defaultNetwork(), ...defaultRest(input), ...defaultResources(input), ...defaultJavaOptions() };
  const isMeant = (key: string) => (olderNames[key] ?? []).some((older) => Object.hasOwn(user, older));
  return Object.fromEntries(Object.entries(defaults).filter(([key]) => !isMeant(key)));
}

/** More jars for the user's class loader. Flink wants URLs that JobManager and TaskManagers can both open. */
function userClasspaths({ job }: ConfigurationInput): Settings {
  const urls = job.spec.job.classpaths.map((jar) => jar.replace(/^local:/, 'file:'));
  return urls.length === 0 ? {} : { 'pipeline.classpaths': urls.join(';') };
}
