/** The command line: names, flags and help. Each command's code is loaded only when it is called, for a quick start. */
import { Command, CommanderError } from 'commander';
import type { GlobalFlags } from './config.ts';
import type { Context } from './context.ts';
import type { AdviseFlags } from './commands/advise.ts';
import { exitCodes, reportError } from './errors.ts';
import {
  collect,
  dryRunFlag,
  endModeFlag,
  forceFlag,
  ifRevisionFlag,
  keyFlag,
  modeFlag,
  oneJob,
  oneOfJob,
  operationOutput,
  uidFlag,
  waitTimeout,
  withSelection,
} from './shared-flags.ts';
import type { World } from './world.ts';

const help = `
Examples:
  drey apply -f job.yaml --wait        make the job what the file says, and watch it happen
  drey get jobs -o wide                list jobs
  drey describe job state-machine      everything about one job
  drey wait job state-machine --for=running --timeout 5m

Configuration: flags, else DREY_SERVER, DREY_TOKEN and DREY_TENANT, else a JSON file {"server", "tokenFile", "tenant"}:
$DREY_CONFIG, else the nearest .drey/cli.json (a development stack's), else ~/.config/drey/config.json.

Exit codes: 0 done; 1 it failed, does not exist, or was refused; 2 wrong usage, file or configuration;
3 the API cannot be reached, or waiting timed out; 4 diff --exit-code: something would change; 130 interrupted.`;

type Run<Flags> = (context: Context, words: readonly string[], flags: Flags) => Promise<number>;

/** Declares what a command runs; `load` imports its code. */
type Declare = <Flags extends object>(command: Command, load: () => Promise<Run<Flags>>) => void;

/** Runs one command line and answers with its exit code. */
export async function runCli(world: World, args: readonly string[]): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const program = programOn(world, (code) => (exitCode = code));
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has already said what is wrong; asking for help is not wrong.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    return reportError(world.err, error);
  }
}

function programOn(world: World, end: (exitCode: number) => void): Command {
  const program = new Command('drey')
    .description('Runs Apache Flink jobs on Kubernetes, through Drey.')
    .option('--server <address>', "address of Drey's API")
    .option('--token <token>', 'bearer token (others on this machine can see it: prefer --token-file)')
    .option('--token-file <file>', 'file that holds the bearer token')
    .option('-t, --tenant <tenant>', 'tenant whose jobs are meant')
    .option('--request-timeout <duration>', 'longest time for one call to the API', '30s')
    .addHelpText('after', help)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: (text) => world.out.write(text), writeErr: (text) => world.err.write(text) })
    .showHelpAfterError('cure: see drey --help')
    .exitOverride();
  const declare: Declare = <Flags extends object>(command: Command, load: () => Promise<Run<Flags>>) => {
    command.action(async () => {
      const [run, { createContext }] = await Promise.all([load(), import('./context.ts')]);
      const context = createContext(world, command.optsWithGlobals<GlobalFlags>());
      end(await run(context, command.args, command.opts<Flags>()));
    });
  };
  addChanges(program, declare);
  addVerbs(program, declare);
  addReads(program, declare);
  addSavepoints(program, declare);
  addAdvice(addAutoscaler(program, declare), world, end);
  addLocal(program, world, end);
  return program;
}

function addChanges(program: Command, declare: Declare): void {
  const apply = program
    .command('apply')
    .description('make jobs what files say: creates or changes them')
    .requiredOption('-f, --filename <file>', 'file, folder, or - for the input; may be repeated', collect)
    .option('-R, --recursive', 'folders with their subfolders')
    .option('--wait', 'follow the operations to their end, and fail if one fails')
    .option(...waitTimeout)
    .option(...keyFlag)
    .option(...ifRevisionFlag)
    .option(...dryRunFlag)
    .option('-o, --output <format>', 'json, yaml or name');
  declare(apply, async () => (await import('./commands/apply.ts')).apply);
  const diff = program
    .command('diff')
    .description('say what an apply would change, what it would cost, and from which state it would start')
    .requiredOption('-f, --filename <file>', 'file, folder, or - for the input; may be repeated', collect)
    .option('-R, --recursive', 'folders with their subfolders')
    .option('--exit-code', 'end with 4 where something would change')
    .option('-o, --output <format>', 'json, yaml or name');
  declare(diff, async () => (await import('./commands/diff.ts')).diff);
  const remove = withSelection(program.command('delete'))
    .description('remove jobs and all that belongs to them')
    .usage('[options] job NAME...')
    .argument(
      '[names...]',
      'job NAME, several too, or job/NAME, or TENANT/job/NAME; or jobs, and -l, --phase, --cluster or -n',
    )
    .option('-f, --filename <file>', 'remove the jobs of a file or folder', collect)
    .option('-R, --recursive', 'folders with their subfolders')
    .option('--wait', 'follow the removal to its end')
    .option(...waitTimeout)
    .option('--deletion <how>', 'cancel, savepoint or leave; as the spec says unless told')
    .option('--savepoints <what>', 'keep, or dispose of them; as the spec says unless told')
    .option('--forget', 'end it without its cluster, where no agent comes back: what the job has there stays')
    .option(...keyFlag)
    .option(...ifRevisionFlag)
    .option(...dryRunFlag)
    .option('--ignore-not-found', 'a job that does not exist is no failure')
    .option(...operationOutput);
  declare(remove, async () => (await import('./commands/delete.ts')).deleteJobs);
}

const changeJob = () => import('./commands/change-job.ts');

/** Changes of jobs that need no file. */
function addVerbs(program: Command, declare: Declare): void {
  const asked = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .option('--wait', 'follow the operation to its end, and fail if it fails')
      .option(...waitTimeout)
      .option(...keyFlag)
      .option(...dryRunFlag)
      .option(...operationOutput);
  const command = (name: string, description: string) =>
    withSelection(asked(name, description))
      .usage('[options] NAME...')
      .argument(
        '[names...]',
        'NAME, job/NAME, or TENANT/job/NAME, several too; or none, and -l, --phase, --cluster or -n',
      );
  const verb = (name: string, description: string) => command(name, description).option(...ifRevisionFlag);
  const suspend = verb('suspend', 'stop a job with its state kept, and clear its Flink cluster away');
  declare(suspend.option(...endModeFlag).option(...forceFlag), async () => (await changeJob()).suspend);
  const cancel = verb('cancel', 'end a job without a savepoint; it can go on from its newest checkpoint');
  declare(cancel.option(...endModeFlag).option(...forceFlag), async () => (await changeJob()).cancel);
  const resume = verb('resume', 'start a suspended, canceled or failed job from its newest restore point').option(
    '--mode <mode>',
    'last-state, or stateless: it starts empty, and its state is left behind',
  );
  declare(resume, async () => (await changeJob()).resume);
  const restart = verb('restart', 'restart a job from its state');
  declare(restart.option(...modeFlag), async () => (await changeJob()).restart);
  const scale = verb('scale', 'change the parallelism of a job');
  scale.option('--parallelism <n>', 'the new one');
  scale.option('--vertex <id=n>', 'of one vertex; ID= lets it follow the job again; may be repeated', collect);
  declare(scale, async () => (await changeJob()).scale);
  const rollback = verb('rollback', 'go back to an earlier revision, with the state that the job has now')
    .option('--to <revision>', 'its number; the last one that ran as it should unless told')
    .option(...modeFlag);
  declare(rollback, async () => (await changeJob()).rollback);
  declare(
    command('promote', 'make the candidate of a blue/green upgrade the job'),
    async () => (await changeJob()).promote,
  );
  declare(command('discard', 'end the candidate of a blue/green upgrade'), async () => (await changeJob()).discard);
  const abort = asked('abort', 'ask the operation that waits or runs to give up')
    .usage('[options] NAME [N]')
    .argument('<name...>', 'NAME, and N for another operation');
  declare(abort, async () => (await changeJob()).abort);
}

function addReads(program: Command, declare: Declare): void {
  const get = withSelection(program.command('get'))
    .description('list jobs or clusters, or show some by name')
    .argument('<kind>', 'jobs or clusters')
    .argument('[names...]', 'only these')
    .option('-o, --output <format>', 'json, yaml, wide or name')
    .option('-w, --watch', 'go on and print what changes, and which job is gone')
    .option('--ignore-not-found', 'a name that does not exist is no failure');
  declare(get, async () => (await import('./commands/get.ts')).get);
  const describe = program
    .command('describe')
    .description('show all that is known of a job, or of a cluster')
    .usage('[options] job NAME...')
    .argument(
      '<names...>',
      'job NAME, several too, job/NAME, TENANT/job/NAME, or cluster NAME; without a name, all of them',
    );
  declare(describe, async () => {
    const { inOneTenant } = await import('./in-one-tenant.ts');
    return inOneTenant((await import('./commands/describe.ts')).describe);
  });
  const logs = program
    .command('logs')
    .description("print a job's log")
    .usage(oneJob.usage)
    .argument(...oneJob.argument)
    .option('--component <name>', 'jobmanager (unless told) or taskmanager: all its pods, or with -f one that runs')
    .option('--pod <name>', 'only this pod of the job')
    .option('-f, --follow', 'go on and print what is added')
    .option('--tail <lines>', 'only the last lines');
  declare(logs, async () => (await import('./commands/logs.ts')).logs);
  const metrics = program
    .command('metrics')
    .description('show what was measured of a job: the latest value, the extremes, the average and the trend')
    .usage(oneJob.usage)
    .argument(...oneJob.argument)
    .option('--metric <name>', 'only this metric; may be repeated', collect)
    .option('--vertex <id>', 'only this vertex, by its id or name; empty for what belongs to the job as a whole')
    .option('--since <duration>', 'how far to look back, such as 30m or 7d', '1h')
    .option(...uidFlag)
    .option('-o, --output <format>', 'json, yaml or name; a table unless told');
  declare(metrics, async () => (await import('./commands/metrics.ts')).metrics);
  addOperationReads(program, declare);
}

function addOperationReads(program: Command, declare: Declare): void {
  const operations = program
    .command('operations')
    .description('list what was done to a job')
    .usage(oneJob.usage)
    .argument(...oneJob.argument)
    .option('--limit <n>', 'operations at most, the newest first', '100')
    .option(...uidFlag)
    .option('-o, --output <format>', 'json, yaml, wide or name');
  declare(operations, async () => (await import('./commands/operations.ts')).operations);
  const operation = program
    .command('operation')
    .description('show one operation with its steps')
    .usage(oneOfJob.usage)
    .argument(oneOfJob.argument, 'NAME and the number of the operation')
    .option(...uidFlag)
    .option('-o, --output <format>', 'json, yaml or name');
  declare(operation, async () => (await import('./commands/operations.ts')).operation);
  const revisions = program
    .command('revisions')
    .description('list the specs that a job has had: rollback --to takes their numbers')
    .usage(oneJob.usage)
    .argument(...oneJob.argument)
    .option('--limit <n>', 'revisions at most, the newest first', '100')
    .option(...uidFlag)
    .option('-o, --output <format>', 'json, yaml, wide or name');
  declare(revisions, async () => (await import('./commands/revisions.ts')).revisions);
  const wait = program
    .command('wait')
    .description('wait until a job is running, removed or in a phase')
    .usage('[options] job NAME...')
    .argument('<names...>', 'job NAME, several too, job/NAME, or TENANT/job/NAME')
    .requiredOption('--for <condition>', 'running, removed or phase=PHASE')
    .option('--timeout <duration>', 'longest time to wait', '5m');
  declare(wait, async () => {
    const { inOneTenant } = await import('./in-one-tenant.ts');
    return inOneTenant((await import('./commands/wait.ts')).wait);
  });
}

function addSavepoints(program: Command, declare: Declare): void {
  const savepoint = program
    .command('savepoint')
    .description('take, list, show, restore and dispose of savepoints of a job');
  const create = savepoint
    .command('create')
    .description('take a savepoint of a running job, which runs on')
    .usage(oneJob.usage)
    .argument(...oneJob.argument)
    .option('--format <format>', "native or canonical; unless told, that of the job's spec")
    .option('--candidate', 'of the candidate that runs beside the job, and not of the job itself')
    .option(...keyFlag)
    .option(...dryRunFlag)
    .option('--wait', 'follow the operation to its end, and fail if it fails')
    .option(...waitTimeout)
    .option(...operationOutput);
  declare(create, async () => (await import('./commands/savepoints.ts')).createSavepoint);
  const list = savepoint
    .command('list')
    .description('list the savepoints of a job, the newest first')
    .usage(oneJob.usage)
    .argument(...oneJob.argument)
    .option(...uidFlag)
    .option('-o, --output <format>', 'json, yaml, wide or name');
  declare(list, async () => (await import('./commands/savepoints.ts')).listSavepoints);
  const describe = savepoint
    .command('describe')
    .description('show all that is known of a savepoint')
    .usage(oneOfJob.usage)
    .argument(oneOfJob.argument, 'NAME and the number of the savepoint')
    .option(...uidFlag)
    .option('-o, --output <format>', 'json, yaml or name');
  declare(describe, async () => (await import('./commands/savepoints.ts')).describeSavepoint);
  const restore = savepoint
    .command('restore')
    .description('start the job from a savepoint; what it has done since is left behind')
    .usage(oneOfJob.usage)
    .argument(oneOfJob.argument, 'NAME and the number of the savepoint')
    .option(...uidFlag)
    .option('--into <job>', 'start this job from it instead, with its own spec')
    .option('--to <revision>', 'with the spec of this earlier revision')
    .option(...keyFlag)
    .option(...dryRunFlag)
    .option('--wait', 'follow the operation to its end, and fail if it fails')
    .option(...waitTimeout)
    .option(...operationOutput);
  declare(restore, async () => (await import('./commands/savepoints.ts')).restoreSavepoint);
  const dispose = savepoint
    .command('dispose')
    .description('delete the files of a savepoint; its record stays')
    .usage(oneOfJob.usage)
    .argument(oneOfJob.argument, 'NAME and the number of the savepoint')
    .option(...uidFlag)
    .option('--force', 'even if the job may need it, or it is the newest one')
    .option('--all', 'of a removed job: all but the newest one, 20 at once, without a number')
    .option('--over-retention', 'of a removed job: those that spec.savepoints.retain does not keep, 20 at once')
    .option(...keyFlag)
    .option(...dryRunFlag)
    .option('--wait', 'follow the operation to its end, and fail if it fails')
    .option(...waitTimeout)
    .option(...operationOutput);
  declare(dispose, async () => (await import('./commands/savepoints.ts')).disposeSavepoint);
}

function addAutoscaler(program: Command, declare: Declare): Command {
  const autoscaler = program
    .command('autoscaler')
    .description("show what a job's autoscaler has decided, why, and what became of it")
    .usage(oneJob.usage)
    .argument(...oneJob.argument)
    .option('--explain <n>', 'the arithmetic of decision N: every vertex with its metrics, limits and reasons')
    .option('--limit <n>', 'decisions at most, the newest first', '20')
    .option('--simulate <file>', 'what the policy in this file would have done; it has the fields of spec.autoscaler')
    .option('--since <duration>', 'how far back --simulate looks', '5h')
    .option(...uidFlag)
    .option('-o, --output <format>', 'json, yaml, wide or name');
  declare(autoscaler, async () => (await import('./commands/autoscaler.ts')).showAutoscaler);
  const autoscale = program
    .command('autoscale')
    .description("have a job's autoscaler decide; it acts only where its mode is active")
    .usage(oneJob.usage)
    .argument(...oneJob.argument)
    .option('--now', 'by the samples that there are')
    .option('--wait', 'wait for the decision, and for what is done by it, and show it')
    .option('--timeout <duration>', 'longest time for --wait', '10m')
    .option(...keyFlag)
    .option('-o, --output <format>', 'json or yaml');
  declare(autoscale, async () => (await import('./commands/autoscaler.ts')).autoscale);
  return autoscaler;
}

function addAdvice(autoscaler: Command, world: World, end: (exitCode: number) => void): void {
  const advise = autoscaler
    .command('advise')
    .description('say what it would first do with the jobs of any Flink cluster, which need not be known to Drey')
    .requiredOption('--rest <address>', "address of Flink's REST interface, such as http://HOST:8081")
    .option('--job <id>', 'only this job')
    .option('--profile <name>', 'drey, flink-operator-1.15 or flink-operator-main', 'drey')
    .option('--set <key=value>', "job.autoscaler.* option that goes before the job's own; may be repeated", collect)
    .option('--interval <duration>', 'how often samples are taken', '1s')
    .option('--for <duration>', 'longest time to wait for the first decisions (default: 1m, with profile drey 3m)')
    .option('-o, --output <format>', 'json or yaml; tables unless told');
  // `-o` is an option of both: it is the outer command that takes it.
  const flags = () => advise.optsWithGlobals<AdviseFlags>();
  advise.action(async () => end(await (await import('./commands/advise.ts')).advise(world, flags())));
}

function addLocal(program: Command, world: World, end: (exitCode: number) => void): void {
  const version = program
    .command('version')
    .description('print the version')
    .option('-o, --output <format>', 'json or yaml');
  version.action(async () => end(await (await import('./commands/version.ts')).version(world, version.opts())));
  const completion = program
    .command('completion')
    .description('print a completion script for a shell: source <(drey completion bash)')
    .argument('<shell>', 'bash or zsh');
  completion.action(async (shell: string) => {
    const { completionScript } = await import('./commands/completion.ts');
    world.out.write(completionScript(program, shell));
  });
}
