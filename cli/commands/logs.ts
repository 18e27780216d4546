/** `drey logs`: the log of a job's JobManager or TaskManagers, as it comes. */
import type { Context } from '../context.ts';
import { exitCodes, usageError } from '../errors.ts';
import { parseJob } from '../targets.ts';
import { printable, say, type Output } from '../world.ts';

export interface LogFlags {
  readonly component?: string;
  readonly pod?: string;
  readonly follow?: boolean;
  readonly tail?: string;
}

const components = ['jobmanager', 'taskmanager'];

export async function logs(context: Context, words: readonly string[], flags: LogFlags): Promise<number> {
  const { world, client, config } = context;
  const job = parseJob(config, words);
  const onPods = (names: readonly string[]) => {
    if (flags.follow === true) tellOthers(world.err, names);
  };
  const { pod, follow } = flags;
  const request = { component: componentOf(flags), pod, follow, tail: tailOf(flags), onPods };
  const decoder = new TextDecoder();
  for await (const bytes of client.streamLogs(job, request)) world.out.write(decoder.decode(bytes, { stream: true }));
  world.out.write(decoder.decode());
  return exitCodes.ok;
}

/** Only one log can be followed: who reads it must know that it is not all. */
function tellOthers(err: Output, [followed = '', ...others]: readonly string[]): void {
  if (others.length === 0) return;
  say(err, printable(`following ${followed}; --pod NAME chooses another one: ${others.join(', ')}`));
}

function componentOf({ component }: LogFlags): string | undefined {
  if (component === undefined) return undefined;
  if (!components.includes(component)) {
    throw usageError(`--component ${component} is not known`, `Use one of ${components.join(', ')}.`);
  }
  return component;
}

/** kubectl's -1 means everything, which is also the default. */
function tailOf({ tail }: LogFlags): number | undefined {
  if (tail === undefined || tail === '-1') return undefined;
  if (!/^\d{1,9}$/.test(tail)) throw usageError(`--tail ${tail} is not a number of lines`);
  return Number(tail);
}
