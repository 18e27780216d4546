/** What the quotas of its tenant and its cluster leave a job, as its agent heard it last. */
import type { AutoscalerInput } from '../autoscaler/decision.ts';
import type { Generation } from '../generation.ts';
import { roomLeft, roomOf, type SharedQuota } from '../scaling/quota-room.ts';

/** The input with those quotas in its policy, so that whoever decides by it heeds them, and finds the same. */
export function withSharedQuotas(
  input: AutoscalerInput,
  { identity, spec }: Pick<Generation, 'identity' | 'spec'>,
  heard: readonly SharedQuota[],
): AutoscalerInput {
  const { cluster } = spec.spec;
  const concerned = heard.filter(({ of, name }) => name === (of === 'cluster' ? cluster : identity.tenant));
  if (concerned.length === 0) return input;
  const own = roomOf(spec.spec);
  const quotas = [...input.policy.quotas, ...concerned.map((quota) => roomLeft(quota, own))];
  return { ...input, policy: { ...input.policy, quotas } };
}
