/** Where the profiles differ in what they have in common. */
import type { EvaluationRules } from './evaluate.ts';
import type { ProfileName } from './policy.ts';

export interface Rules extends EvaluationRules {
  /** Without options about it, 1.15 aligns by its legacy mode, which may keep a vertex where it is. */
  readonly alignsByLegacyMode: boolean;
  /** What is expected of a scaling: 1.15 does not heed limits and alignment (FLINK-39743). */
  readonly expectsWhatWasCapped: boolean;
  /** Parts are spread by how many the fullest subtask has, not by divisors alone. */
  readonly spreadsParts: boolean;
  /** The operator's bounds never move a vertex that is beyond them. */
  readonly boundsMayBeLeft: boolean;
}

/** The rules of each profile. */
export const rulesOf: Readonly<Record<ProfileName, Rules>> = {
  'flink-operator-1.15': {
    rateFromGauge: false,
    alignsByLegacyMode: true,
    expectsWhatWasCapped: true,
    spreadsParts: false,
    boundsMayBeLeft: true,
  },
  'flink-operator-main': {
    rateFromGauge: true,
    alignsByLegacyMode: false,
    expectsWhatWasCapped: false,
    spreadsParts: false,
    boundsMayBeLeft: true,
  },
  drey: {
    rateFromGauge: true,
    alignsByLegacyMode: false,
    expectsWhatWasCapped: false,
    spreadsParts: true,
    boundsMayBeLeft: false,
  },
};
