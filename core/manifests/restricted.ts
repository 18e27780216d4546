/** What Kubernetes's Pod Security level "restricted" asks for, with the user that Flink's images have. */

const flinkUserId = 9999;

/** Of a pod. */
export const restrictedPod = {
  runAsNonRoot: true,
  runAsUser: flinkUserId,
  runAsGroup: flinkUserId,
  fsGroup: flinkUserId,
  // Going through every file of a large volume at each start would take minutes.
  fsGroupChangePolicy: 'OnRootMismatch',
  seccompProfile: { type: 'RuntimeDefault' },
} as const;

/** Of each container. */
export const restrictedContainer = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
} as const;
