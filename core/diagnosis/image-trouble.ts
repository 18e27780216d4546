/** Containers whose image cannot be had. */
import { eventMessage, hasPassed, scheduledAt, type PodCase, type PodFinding } from './pod-finding.ts';
import type { ContainerStatusSeen } from './pod-seen.ts';

/** No new try mends these. */
const final: Readonly<Record<string, string>> = {
  InvalidImageName: 'is not a valid image name',
  ErrImageNeverPull: 'is not on the node, and the pull policy is Never',
};

/** What registries answer when a new try gives the same answer. */
const finalAnswers: readonly { readonly sign: RegExp; readonly words: string; readonly cure: string }[] = [
  {
    sign: /no match for platform|no matching manifest/i,
    words: "is not made for the node's processor",
    cure: 'Build the image for this platform too, or choose other nodes by a nodeSelector in the podTemplates.',
  },
  {
    sign: /not found|manifest unknown|name unknown|does not exist(?! or may require)/i,
    words: 'does not exist',
    cure: 'Correct spec.flink.image, or push the image.',
  },
  {
    sign: /unauthorized|authentication required|authorization failed|access denied|access to the resource is denied|forbidden|may require/i,
    words: 'may not be pulled',
    cure: 'Name a Secret with access to the registry in spec.flink.imagePullSecrets, or correct spec.flink.image.',
  },
];

/** Fails at once where it is final, else when the time for pulling is over. */
export function imageTrouble({ pod, events, clock }: PodCase, status: ContainerStatusSeen): PodFinding | undefined {
  const reason = status.state?.waiting?.reason ?? '';
  const finalWords = final[reason];
  if (finalWords !== undefined) {
    const cure = 'Correct spec.flink.image or spec.flink.imagePullPolicy.';
    return finding(pod.metadata.name, status, finalWords, status.state?.waiting?.message, cure);
  }
  if (!/^(?:ErrImagePull|ImagePullBackOff|RegistryUnavailable|ImageInspectError)$/.test(reason)) return undefined;
  const said = answerOf(status, eventMessage(events, /^Failed$/, /pull/i));
  const known = finalAnswers.find(({ sign }) => sign.test(said));
  if (known) return finding(pod.metadata.name, status, known.words, said, known.cure);
  if (!hasPassed(clock, scheduledAt(pod), clock.imagePullMs)) return undefined;
  const words = `could not be pulled within ${Math.round(clock.imagePullMs / 1000)} s`;
  return finding(pod.metadata.name, status, words, said, 'See whether the nodes reach the registry, and apply again.');
}

/** In back-off the container's own message may only say so; the event then has the registry's answer. */
function answerOf(status: ContainerStatusSeen, event: string | undefined): string {
  const message = status.state?.waiting?.message ?? '';
  return /^Back-off pulling image "[^"]*"$/.test(message) ? (event ?? message) : message || (event ?? '');
}

function finding(
  pod: string,
  status: ContainerStatusSeen,
  words: string,
  said: string | undefined,
  cure: string,
): PodFinding {
  const message = `Image ${status.image} ${words} (pod ${pod}, container ${status.name}).`;
  return { failure: { code: 'IMAGE_NOT_PULLED', message, cure, ...(said && { evidence: said }) } };
}
