/** Rules on storage: all three directories or none, and what is on a file system must be a volume that all pods share. */
import type { JobSpec, PodTemplate } from '../schema/flink-job.ts';
import { type MountedVolume, mainContainerVolumes } from './pod-template.ts';
import { type SpecProblem, problem } from './problem.ts';
import { type SpecRule, rule } from './rule.ts';

const directories = ['checkpoints', 'savepoints', 'highAvailability'] as const;

const why = {
  checkpoints: 'a job that fails would start empty',
  savepoints: 'a job could not be upgraded or moved with its state',
  highAvailability: 'a new JobManager would not find the newest checkpoint',
} as const;

const completeRule = rule(['storage'], (storage) => {
  const missing = directories.filter((name) => storage[name] === undefined);
  if (missing.length === directories.length) return [];
  const hint = 'Give it, or give `spec.storage.root` and leave out what derives from it.';
  return missing.map((name) =>
    problem(['spec', 'storage', name], `is required where other directories are given: without it ${why[name]}`, hint),
  );
});

interface Templates {
  readonly jobManager: PodTemplate | undefined;
  readonly taskManager: PodTemplate | undefined;
}

const pods = ['jobManager', 'taskManager'] as const;

const sharedRule = rule(
  ['storage', 'jobManager.podTemplate', 'taskManager.podTemplate'],
  (storage, jobManager, taskManager) =>
    directories.flatMap((name) => {
      const uri = storage[name];
      if (uri === undefined || !uri.startsWith('file://')) return [];
      const missing = podsWithout(storage, { jobManager, taskManager }, uri.slice('file://'.length));
      return missing.length === 0 ? [] : [notShared(name, uri, missing)];
    }),
);

function notShared(name: string, uri: string, missing: readonly string[]): SpecProblem {
  const message = `is ${uri}, and no volume that pods share is mounted there in the pods of ${missing.join(' and ')}`;
  const hint =
    'Give `spec.storage.volumeClaim`, mount a shared volume by pod templates, or use an object store such as `s3://…`.';
  return problem(['spec', 'storage', name], message, hint);
}

function podsWithout(storage: JobSpec['storage'], templates: Templates, path: string): string[] {
  if (storage.volumeClaim && isUnder(path, storage.volumeClaim.mountPath)) return [];
  const covers = (volume: MountedVolume) => volume.isShared && isUnder(path, volume.mountPath);
  return pods.filter((pod) => !mainContainerVolumes(templates[pod]).some(covers));
}

function isUnder(path: string, directory: string): boolean {
  const base = directory.replace(/\/+$/, '');
  return path === base || path.startsWith(`${base}/`);
}

const systemDirectories = [
  'bin',
  'boot',
  'dev',
  'etc',
  'lib',
  'opt',
  'proc',
  'root',
  'run',
  'sys',
  'tmp',
  'usr',
  'var',
];

const mountRule = rule(['storage'], ({ volumeClaim }) => {
  const mount = volumeClaim?.mountPath ?? '';
  const hides =
    systemDirectories.some((name) => mount === `/${name}`) ||
    ['/opt/flink', '/drey'].some((own) => isUnder(mount, own));
  if (!hides) return [];
  const message = `is ${mount}, where the volume would hide files that Flink needs`;
  return [problem(mountField, message, 'Use a directory of its own, such as `/flink-state`.')];
});

const mountField = ['spec', 'storage', 'volumeClaim', 'mountPath'];

const mountedTwiceRule = rule(
  ['storage', 'jobManager.podTemplate', 'taskManager.podTemplate'],
  ({ volumeClaim }, jobManager, taskManager) => {
    const templates = { jobManager, taskManager };
    const taken = pods.filter((pod) =>
      mainContainerVolumes(templates[pod]).some((volume) => volume.mountPath === volumeClaim?.mountPath),
    );
    const hint = 'Drey mounts the claim itself: take it out of the template.';
    return taken.map((pod) => problem(mountField, `is also a mount path in the pod template of ${pod}`, hint));
  },
);

export const storageRules: readonly SpecRule[] = [completeRule, sharedRule, mountRule, mountedTwiceRule];
