/** For commands that look at one tenant: a job that is named with its tenant, `TENANT/job/NAME`, says which. */
import type { Context } from './context.ts';
import { inNamedTenant } from './targets.ts';

type Run<Flags> = (context: Context, words: readonly string[], flags: Flags) => Promise<number>;

export function inOneTenant<Flags>(run: Run<Flags>): Run<Flags> {
  return (context, words, flags) => {
    const { config, words: own } = inNamedTenant(context.config, words);
    return run({ ...context, config }, own, flags);
  };
}
