/** The init container that puts the job's jar where the JobManager looks for uploaded ones (dedicated mode). */
import { uploadDirectory } from '../flink/configuration-rest.ts';
import type { GenerationInput } from './generation-input.ts';
import type { Container, VolumeMount } from './kubernetes.ts';
import { flinkContainer } from './pod-template.ts';
import { literal } from './start.ts';

/** Its name, and the exit code by which a missing jar is known; the pod's status then says which. */
export const copyJar = { containerName: 'copy-jar', exitCodeJarMissing: 44 } as const;

/** The volume between it and the JobManager. */
export const uploadVolume = 'drey-upload';

/** A link: the JobManager has the same image and mounts, and a copy of a large jar would delay every start. */
const script = `
if [ ! -f "$1" ] || [ ! -r "$1" ]; then
  echo "JAR_MISSING: there is no readable file $1 in the image or its volumes" >&2
  exit ${copyJar.exitCodeJarMissing}
fi
mkdir -p "$2" && ln -sf "$1" "$2/job.jar"
`;

/** Comes last and with the JobManager's mounts, so that a user's init container may bring the jar. */
export function copyJarContainer(input: GenerationInput, mounts: readonly VolumeMount[]): Container {
  const jar = jarPath(input.generation.spec.spec.job.jarUri);
  return flinkContainer(input, {
    name: copyJar.containerName,
    command: ['sh', '-c', script.trim(), copyJar.containerName, literal(jar), `${uploadDirectory}/flink-web-upload`],
    // A shell for a moment: the pod's share is decided by Flink's container.
    resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '64Mi' } },
    volumeMounts: mounts,
  });
}

/** The path that `local://` names. */
export function jarPath(jarUri: string): string {
  return jarUri.replace(/^local:\/\//, '');
}
