/** The autoscaler's one entry point: pure, no clock, no I/O. */
import type { AutoscalerDecision } from './decision.ts';
import { decideDrey } from './drey-decision.ts';
import { decideAsOperator } from './operator-decision.ts';
import { unpackedInput, type ToldInput } from './packed-samples.ts';
import { rulesOf } from './rules.ts';

/** What shall become of the job. The same input gives the same decision. */
export function decide(told: ToldInput): AutoscalerDecision {
  const input = unpackedInput(told);
  const { profile } = input.policy;
  return profile === 'drey' ? decideDrey(input) : decideAsOperator(input, rulesOf[profile]);
}
