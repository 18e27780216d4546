/** All rules that hold between fields of a spec. The order is the order in which problems are told. */
import { memoryRules } from '../flink/memory-rule.ts';
import { optionRules } from '../flink/option-problems.ts';
import { ingressRule } from './label-rules.ts';
import { podTemplateRules } from './pod-template-rules.ts';
import { recoveryRules } from './recovery-rules.ts';
import { resourceRules } from './resource-rules.ts';
import type { SpecRule } from './rule.ts';
import { savepointRules } from './savepoint-rules.ts';
import { storageRules } from './storage-rules.ts';
import { upgradeRules } from './upgrade-rules.ts';

export const specRules: readonly SpecRule[] = [
  ...storageRules,
  ...savepointRules,
  ...upgradeRules,
  ...recoveryRules,
  ...resourceRules,
  ...memoryRules,
  ...podTemplateRules,
  ingressRule,
  ...optionRules,
];
