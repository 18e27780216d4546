/** Flags and arguments that several words take. */
import type { Command } from 'commander';

export function collect(value: string, earlier: readonly string[] = []): string[] {
  return [...earlier, value];
}

export const uidFlag = [
  '--uid <uid>',
  'of the job that is meant, where a later one has its name: get jobs -o wide shows it',
] as const;

export const waitTimeout = ['--timeout <duration>', 'longest time for --wait', '30m'] as const;

export const operationOutput = ['-o, --output <format>', 'json, yaml or name: the operation, or the dry run'] as const;

export const dryRunFlag = ['--dry-run', 'say what would happen, or be refused; change nothing'] as const;

export const modeFlag = [
  '--mode <mode>',
  'savepoint, last-state or stateless; unless told, upgrades go as the spec says',
] as const;

export const endModeFlag = [
  '--mode <mode>',
  'savepoint, last-state or stateless: which state it goes on from later; unless told, suspend takes a savepoint, and cancel none',
] as const;

export const forceFlag = [
  '--force',
  'end it also where no savepoint can be had: then it goes on later from its newest checkpoint, however old',
] as const;

export const keyFlag = [
  '--idempotency-key <key>',
  'the same key with the same command is carried out once, however often it is sent; made anew unless told',
] as const;

export const ifRevisionFlag = ['--if-revision <n>', 'only if the job is at this revision'] as const;

/** What is about one job, in how many words it may be named. */
export const oneJob = {
  usage: '[options] NAME',
  argument: ['<name...>', 'NAME, job NAME, job/NAME, or TENANT/job/NAME'],
} as const;

/** The same for one of several things that belong to a job. */
export const oneOfJob = { usage: '[options] NAME N', argument: '<name...>' } as const;

/** Says which jobs are meant without naming them. */
export function withSelection(command: Command): Command {
  return command
    .option('-l, --selector <labels>', 'jobs with these labels: KEY=VALUE, several with commas', collect)
    .option('--phase <phase>', 'jobs in this phase; several with commas')
    .option('--cluster <name>', 'jobs on this Kubernetes cluster')
    .option('-n, --namespace <name>', 'jobs in this Kubernetes namespace')
    .option('-A, --all-tenants', 'jobs of all tenants');
}
