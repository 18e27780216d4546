/** Signs that a program cannot take over the state it is given, or has not what it needs to run. */
import { because, type Rule } from './rules.ts';
import type { JobFacts } from './job-facts.ts';

export const restoreRules: readonly Rule[] = [
  {
    sign: /Cannot map checkpoint\/savepoint state for operator (\S+) to the new program/,
    verdict: (found) => {
      return {
        code: 'STATE_INCOMPATIBLE',
        message: `The restore point has state of operator ${found[1]}, which the new program does not have.`,
        cure: 'Give the operators of the program the uids they had before, or set spec.job.allowNonRestoredState: true to drop that state.',
      };
    },
  },
  {
    sign: /max parallelism (?:mismatch|changed)|maximum parallelism \((\d+)\) with which the latest checkpoint/i,
    verdict: (_found, _facts, root) => {
      return {
        code: 'STATE_INCOMPATIBLE',
        message: `The restore point was made with another maximum parallelism: ${because(root)}`,
        cure: 'Set pipeline.max-parallelism in spec.flink.configuration to what it was.',
      };
    },
  },
  {
    sign: /StateMigrationException|state serializer .*(?:incompatible|must not be)|state descriptor .*incompatible/i,
    verdict: (_found, _facts, root, { chain, calledClass }) => {
      return {
        code: 'STATE_INCOMPATIBLE',
        message: `The program cannot read the state${operatorIn(chain) ?? classText(calledClass)} from its restore point: ${because(root)}`,
        cure: 'Keep the types of the state readable (Flink documents which changes are), or start from a point that has the new ones.',
      };
    },
  },
];

/** Flink names the operator whose state it restores by its class, its id and the subtask. */
function operatorIn(chain: string): string | undefined {
  const [, name, id] = /(?:keyed|operator) state backend for (\S+)_([0-9a-f]{32})_\(\d+\/\d+\)/.exec(chain) ?? [];
  return id === undefined ? undefined : ` of operator ${name} (${id})`;
}

/** The adaptive scheduler does not tell in which task it was; the class of the program that asks for the state is in the trace. */
function classText(calledClass: string | undefined): string {
  return calledClass === undefined ? '' : ` of class ${calledClass}`;
}

export const slotRules: readonly Rule[] = [
  {
    sign: /NoResourceAvailableException/,
    verdict: (_found, facts) => {
      return {
        code: 'NOT_ENOUGH_SLOTS',
        message: `The job did not get the slots it needs: parallelism ${facts.job.parallelism}, ${slotsOf(facts)}.`,
        cure: 'Lower spec.job.parallelism, or raise spec.taskManager.replicas or slots. A program that sets slot sharing groups needs more slots than its parallelism.',
      };
    },
  },
];

export const memoryRules: readonly Rule[] = [
  {
    sign: /OutOfMemoryError: ?(.*)/,
    verdict: (found) => {
      const what = found[1] || 'memory';
      return {
        code: 'OUT_OF_MEMORY',
        message: `The JVM ran out of memory: ${what}.`,
        cure: 'Raise the memory of spec.taskManager.resources (or jobManager, if the main method ran out), or the named part of it by taskmanager.memory.* in spec.flink.configuration.',
      };
    },
  },
];

function slotsOf({ taskManager: { replicas, slots } }: JobFacts): string {
  const count = replicas === undefined ? 'TaskManagers' : `${replicas} TaskManager${replicas === 1 ? '' : 's'}`;
  return `${count} of ${slots} slot${slots === 1 ? '' : 's'}`;
}
