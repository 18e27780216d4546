/** Jobs that start from a savepoint of another job: it stays until they have completed a checkpoint. */

/** A job that waits with it, was told to start from it, or has completed no checkpoint since; or whose candidate was started from it. */
export interface SavepointUser {
  readonly tenant: string;
  readonly name: string;
}

/** Who needs savepoint `number`, in words for people of `tenant`: names of other tenants' jobs are theirs. */
export function neededBy(number: number, users: readonly SavepointUser[], tenant: string): string {
  const own = users.filter((user) => user.tenant === tenant).map(({ name }) => name);
  const others = users.length > own.length ? ['a job of another tenant'] : [];
  const jobs = own.map((name) => `job ${name}`);
  return `savepoint ${number} stays, for ${[...jobs, ...others].join(' and ')} may start from it`;
}
