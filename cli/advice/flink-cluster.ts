/** The Flink cluster that advice is about: how it is reached, and what goes wrong with it in the CLI's words. */
import type { FlinkCallOptions, FlinkClient, JobSummary } from '../../clients/flink/client.ts';
import { connectFlink } from '../../clients/flink/connect.ts';
import { FlinkRestError, FlinkUnreachable } from '../../clients/flink/errors.ts';
import { directTransport } from '../../clients/flink/transport.ts';
import { CliError, exitCodes, usageError } from '../errors.ts';

/** A client of the REST interface there. Nothing is sent yet. @throws CliError for what is no address. */
export function flinkAt(address: string): FlinkClient {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw usageError(`--rest "${address}" is not an address`, 'Write it as http://HOST:8081.');
  return connectFlink(directTransport(address));
}

/** The jobs there, or the one that is meant. @throws CliError where there is no such job; what the Flink client throws. */
export async function jobsAt(
  flink: FlinkClient,
  jobId: string | undefined,
  call: FlinkCallOptions,
): Promise<readonly JobSummary[]> {
  const jobs = await flink.jobs(call);
  if (jobId === undefined) return jobs;
  const meant = jobs.filter(({ id }) => id === jobId.toLowerCase());
  if (meant.length > 0) return meant;
  throw new CliError(`Flink at ${flink.address} has no job ${jobId} (NO_SUCH_FLINK_JOB)`, {
    exitCode: exitCodes.failed,
    cure: 'Give its id, 32 hex digits; without --job, all jobs there are told.',
  });
}

const restCure =
  "Check that Flink is up, and that --rest names its REST interface, such as http://HOST:8081, not Drey's API.";

/** The answer. @throws CliError in the place of what the Flink client throws. */
export async function orExplained<T>(flink: FlinkClient, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof FlinkUnreachable)
      throw new CliError(`${error.message} (FLINK_UNREACHABLE)`, { exitCode: exitCodes.unreachable, cure: restCure });
    if (error instanceof FlinkRestError) {
      const message = `${flink.address} does not answer as Flink does: ${error.message} (NOT_FLINK)`;
      throw new CliError(message, { exitCode: exitCodes.failed, cure: restCure });
    }
    throw error;
  }
}
