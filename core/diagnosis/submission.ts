/** Why Flink did not take a job: the answer to the run request, an application's exception, or a JobManager's log. */
import type { Failure } from '../failure.ts';
import { imageOf, type JobFacts } from './job-facts.ts';
import { memoryRules, restoreRules, slotRules } from './restore-rules.ts';
import { because, diagnoseTrace, type Rule } from './rules.ts';
import { storageRules } from './storage-rules.ts';
import { causes } from './stack-trace.ts';

const submissionRules: readonly Rule[] = [
  {
    sign: /entry point class '([^']+)' was not found|Could not (?:load|find) the provided entrypoint class|entry point class '([^']+)' could not be loaded/,
    verdict: (found, facts) => {
      const name = found[1] ?? found[2] ?? facts.job.entryClass ?? 'of the program';
      return {
        code: 'ENTRY_CLASS_MISSING',
        message: `The jar ${facts.job.jarUri} has no class ${name} that can be loaded.`,
        cure: 'Correct spec.job.entryClass, or use the image that has the right jar.',
      };
    },
  },
  {
    sign: /Neither a 'Main-Class', nor a 'program-class' entry was found/,
    verdict: (_found, facts) => {
      return {
        code: 'ENTRY_CLASS_MISSING',
        message: `The manifest of ${facts.job.jarUri} names no main class, and the spec names none.`,
        cure: 'Set spec.job.entryClass.',
      };
    },
  },
  {
    sign: /does not have a main\(String\[\]\) method|has no main\(String\[\]\) method|main method.*(?:not static|not public)/,
    verdict: (_found, facts) => {
      return {
        code: 'ENTRY_CLASS_MISSING',
        message: `The entry class ${facts.job.entryClass ?? ''} has no public static main(String[]) method.`.replace(
          '  ',
          ' ',
        ),
        cure: 'Correct spec.job.entryClass.',
      };
    },
  },
  {
    sign: /Jar file (\S+) does(?: not|n't) exist/,
    verdict: (_found, facts) => {
      return {
        code: 'JAR_MISSING',
        message: `The jar ${facts.job.jarUri} is not in ${imageOf(facts)}.`,
        cure: 'Correct spec.job.jarUri (an absolute path inside the image), or use the image that has the jar.',
      };
    },
  },
  {
    sign: /No jobs included in application|contains no execute\(\) calls/,
    verdict: () => {
      return {
        code: 'NO_JOB_SUBMITTED',
        message: 'The main method ended without an execute().',
        cure: 'Let the main method call execute() once: on every path that its arguments can take.',
      };
    },
  },
  {
    sign: /Cannot have more than one execute\(\) or executeAsync\(\) call/,
    verdict: () => {
      return {
        code: 'SUBMISSION_REFUSED',
        message: 'The main method calls execute() more than once.',
        cure: 'Let it call execute() once; several pipelines fit into one job (a StatementSet, for SQL).',
      };
    },
  },
  {
    sign: /Duplicate(?:Job|Application)SubmissionException/,
    verdict: () => {
      return {
        code: 'SUBMISSION_REFUSED',
        message: 'Flink has already run a job under this id.',
        cure: 'A main method that calls execute() twice submits twice: let it call execute() once. Otherwise apply again.',
      };
    },
  },
];

/** What the program itself threw; after the rules for what Flink throws while the main method waits for it. */
const mainRules: readonly Rule[] = [
  {
    sign: /The main method caused an error|ProgramInvocationException|NoClassDefFoundError|ClassNotFoundException|LinkageError|NoSuchMethodError/,
    verdict: (_found, _facts, root) => {
      const missing = /(?:NoClassDefFoundError|ClassNotFoundException|NoSuchMethodError)$/.test(root.className);
      return {
        code: 'MAIN_METHOD_THREW',
        message: `The main method threw ${because(root)}`,
        cure: missing
          ? `Put the missing class into the job's jar (a fat jar) or into spec.job.classpaths, built for the spec's Flink version.`
          : 'Mend the program, its arguments (spec.job.args) or what it connects to, and apply again.',
      };
    },
  },
];

const rules = [...submissionRules, ...storageRules, ...restoreRules, ...slotRules, ...memoryRules, ...mainRules];

/** Why a job was not taken. `trace` is what came: `FlinkRestError.details`, a stack trace, or log lines. */
export function diagnoseSubmission(trace: string, facts: JobFacts): Failure {
  return diagnoseTrace(trace, facts, rules, (root) => {
    return {
      code: 'SUBMISSION_REFUSED',
      message: `Flink ${facts.flink.version} refused the job: ${because(root)}`,
      cure: 'See the JobManager log (`drey logs job NAME`), correct the spec or the program, and apply again.',
    };
  });
}

/** Whether the refusal only says that this submission was made before: the first try's answer was lost. */
export function isDuplicateSubmission(trace: string): boolean {
  return causes(trace).some(({ className }) => /Duplicate(?:Job|Application)SubmissionException$/.test(className));
}
