/** How a user's pod template is merged into ours, and what stays ours. */
import type { PodTemplate as UserPodTemplate } from '../schema/flink-job.ts';
import type { Container, PodSpec, PodTemplate } from './kubernetes.ts';
import { mainContainerName } from './main-container.ts';
import { strategicMerge } from './strategic-merge.ts';

/** Our template with the user's merged into it, save for what makes the pod ours. */
export function withUserTemplate(own: PodTemplate, user: UserPodTemplate | undefined): PodTemplate {
  const merged = strategicMerge(own, user ?? {});
  const others = merged.spec.containers.filter(({ name }) => name !== mainContainerName);
  return {
    ...merged,
    metadata: { ...merged.metadata, labels: { ...merged.metadata.labels, ...own.metadata.labels } },
    spec: {
      ...merged.spec,
      ...pickOwn(own.spec),
      // First, and there even where a `$patch` has taken it away.
      containers: [...own.spec.containers.map((main) => withOwnMain(merged.spec.containers, main)), ...others],
    },
  };
}

/** Fields of the spec that have a place of their own, or on which operations rely. */
function pickOwn({ restartPolicy, serviceAccountName }: PodSpec): Partial<PodSpec> {
  return {
    ...(restartPolicy !== undefined && { restartPolicy }),
    ...(serviceAccountName !== undefined && { serviceAccountName }),
  };
}

/** Image, arguments, CPU and memory come from the spec: Flink's memory is computed from the latter. */
function withOwnMain(containers: readonly Container[], own: Container): Container {
  const { command: _command, ...merged } = containers.find(({ name }) => name === own.name) ?? own;
  const { image, imagePullPolicy, args, resources } = own;
  return {
    ...merged,
    ...(image !== undefined && { image }),
    ...(imagePullPolicy !== undefined && { imagePullPolicy }),
    ...(args !== undefined && { args }),
    resources: {
      ...merged.resources,
      requests: { ...merged.resources?.requests, ...resources?.requests },
      limits: { ...merged.resources?.limits, ...resources?.limits },
    },
  };
}
