/** A table of signs in a chain of exceptions, and what each means for the user. The first row that fits decides. */
import { cutEvidence, type Failure } from '../failure.ts';
import type { JobFacts } from './job-facts.ts';
import { causes, condensed, programClass, rootCause, type RootCause } from './stack-trace.ts';

/** What a row says; the evidence is added for all. */
export type Verdict = Pick<Failure, 'code' | 'message' | 'cure'>;

export interface Rule {
  /** Looked for in each `class: message` of the chain, from the root up. */
  readonly sign: RegExp;
  /** Must be found in the chain too, where the sign alone could mean something else. */
  readonly context?: RegExp;
  readonly verdict: (found: RegExpExecArray, facts: JobFacts, root: RootCause, beside: BesideSign) => Verdict;
}

/** What stands beside the sign. */
interface BesideSign {
  /** The chain's lines. */
  readonly chain: string;
  /** The class of the program that Flink had called. */
  readonly calledClass: string | undefined;
}

/** A sentence that a cause becomes part of: longer ones are advice that Flink adds, and stand in the evidence. */
const sentenceLengthMax = 300;

/** The failure of the first row that fits, else the verdict for all other cases. */
export function diagnoseTrace(
  trace: string,
  facts: JobFacts,
  rules: readonly Rule[],
  otherwise: (root: RootCause) => Verdict,
): Failure {
  const chain = causes(trace);
  // A text that is no trace is judged line by line.
  const lines = (
    chain.length > 0 ? chain.map((one) => `${one.className}: ${one.message}`) : trace.split('\n')
  ).toReversed();
  const root = rootCause(trace);
  const verdict = firstVerdict(rules, lines, facts, { root, calledClass: programClass(trace) }) ?? otherwise(root);
  return trace.trim() === '' ? verdict : { ...verdict, evidence: cutEvidence(condensed(trace)) };
}

function firstVerdict(
  rules: readonly Rule[],
  lines: readonly string[],
  facts: JobFacts,
  { root, calledClass }: { readonly root: RootCause; readonly calledClass: string | undefined },
): Verdict | undefined {
  const chain = lines.join('\n');
  for (const rule of rules) {
    if (rule.context && !rule.context.test(chain)) continue;
    for (const line of lines) {
      const found = rule.sign.exec(line);
      if (found) return rule.verdict(found, facts, root, { chain, calledClass });
    }
  }
  return undefined;
}

/** The root cause as the end of a sentence, with its full stop. */
export function because(root: RootCause): string {
  const text = root.text.replaceAll(/\s+/g, ' ').trim() || 'Flink gave no cause';
  const end = text.length > sentenceLengthMax ? text.indexOf('. ') : -1;
  const sentence = end > 0 && end < sentenceLengthMax ? text.slice(0, end) : text.slice(0, sentenceLengthMax);
  return `${sentence.replace(/[.\s]+$/, '')}.`;
}
