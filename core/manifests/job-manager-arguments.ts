/** The arguments of a JobManager's container. */
import { type Generation, hasHighAvailability } from '../generation.ts';
import { flinkJobId } from '../names.ts';
import { jarPath } from './copy-jar.ts';
import { dynamicOptions, literal } from './start.ts';

/** Of the image's entry point: `jobmanager` or `standalone-job`, and what follows it. */
export function jobManagerArguments(generation: Generation): string[] {
  const { spec } = generation.spec;
  // With high availability TaskManagers find the leader by the address that it publishes: its pod's, not the Service's,
  // behind which a standby may stand.
  const address = hasHighAvailability(generation.spec) ? dynamicOptions({ 'jobmanager.rpc.address': '$(POD_IP)' }) : [];
  if (spec.mode === 'dedicated') return ['jobmanager', ...address];
  return ['standalone-job', ...applicationArguments(generation), ...address, ...programArguments(spec.job.args)];
}

/** The job's id is given, so that a JobManager that starts again goes on with the job in place of a new one. */
function applicationArguments({ identity, submission, spec, restoreFrom }: Generation): string[] {
  const { entryClass, jarUri, allowNonRestoredState } = spec.spec.job;
  return [
    '--job-id',
    flinkJobId(identity, submission),
    '--jars',
    literal(`file://${jarPath(jarUri)}`),
    ...(entryClass === undefined ? [] : ['--job-classname', literal(entryClass)]),
    ...(restoreFrom === undefined ? [] : ['--fromSavepoint', literal(restoreFrom)]),
    ...(allowNonRestoredState ? ['--allowNonRestoredState'] : []),
  ];
}

/** Behind `--`: a program's own `-D` or `--job-id` would be taken for Flink's. */
function programArguments(args: readonly string[]): string[] {
  return args.length === 0 ? [] : ['--', ...args.map(literal)];
}
