/** Flags that several words take. */

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
