/**
 * Where a test makes a process die, or stand still, in the middle of an activity. Does nothing unless the process was
 * started with a file's name for it, which no deployment does.
 */
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { z } from 'zod';

/** One point, as the test writes it into the file. */
const pointShape = z.object({
  /** Of this point: another one with the same words begins to count anew. */
  id: z.string().default(''),
  activity: z.string(),
  /** Which of several activities of that name, counted since the point was set. */
  nth: z.int().min(1).default(1),
  /** `call`: after a request of one of these client functions was sent, and before its answer is taken. */
  when: z.enum(['before', 'call', 'after']),
  /** Client functions, each with the kind of its object where only one kind counts: `apply`, `apply Service`. Empty: any. */
  calls: z.array(z.string()).default([]),
  /** `kill`: this process, at once. `hold`: the activity, until the file `<file>.go` is there. */
  action: z.enum(['kill', 'hold']),
});

export type CrashPoint = z.input<typeof pointShape>;

/** Longest time that an activity is held: then the test has failed anyway. */
const holdMsMax = 60_000;

/** A request has left the process by then, and what it asks for has begun. */
const sentMs = 5;

export class CrashPoints {
  private readonly file: string | undefined;
  private counted: { readonly point: string; readonly activities: string[] } = { point: '', activities: [] };

  constructor(file: string | undefined) {
    this.file = file;
  }

  /** For the worker: before and after each activity. */
  interceptors(): ActivityInterceptorsFactory[] {
    if (this.file === undefined) return [];
    return [
      () => ({
        inbound: {
          execute: async (input, next) => {
            await this.reached('before');
            try {
              return await next(input);
            } finally {
              // Also where it failed: then that is what nobody hears of.
              await this.reached('after');
            }
          },
        },
      }),
    ];
  }

  /** The same client, whose calls are points too. */
  within<Client extends object>(client: Client): Client {
    if (this.file === undefined) return client;
    return new Proxy(client, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function' || typeof name !== 'string') return member;
        return (...args: unknown[]) => {
          const called: unknown = Reflect.apply(member, target, args);
          return called instanceof Promise ? this.afterCall(name, args[0], called) : called;
        };
      },
    });
  }

  private async afterCall(name: string, subject: unknown, called: Promise<unknown>): Promise<unknown> {
    await this.reached('call', [name, `${name} ${kindOf(subject)}`]);
    const answer = await called;
    // The connection of a pool: what is asked on it are calls, too.
    return name === 'connect' && typeof answer === 'object' && answer !== null ? this.within(answer) : answer;
  }

  /** @param call by which words a point may name it. */
  private async reached(when: CrashPoint['when'], call: readonly string[] = []): Promise<void> {
    const point = this.armed();
    if (!point || point.activity !== currentActivity() || point.when !== when) return;
    if (this.occurrence(point.id) !== point.nth) return;
    if (point.calls.length > 0 && !point.calls.some((one) => call.includes(one))) return;
    if (when === 'call') await pause(sentMs);
    if (!this.claim()) return;
    if (point.action === 'kill') process.kill(process.pid, 'SIGKILL');
    await this.released();
  }

  private armed() {
    if (this.file === undefined || !existsSync(this.file)) return undefined;
    return pointShape.parse(JSON.parse(readFileSync(this.file, 'utf8')));
  }

  /** Which of the activities of the point's name this is. A repeated attempt is the same one. */
  private occurrence(point: string): number {
    const { activityId, workflowExecution } = Context.current().info;
    const own = `${workflowExecution?.runId}/${activityId}`;
    if (this.counted.point !== point) this.counted = { point, activities: [] };
    if (!this.counted.activities.includes(own)) this.counted.activities.push(own);
    return this.counted.activities.indexOf(own) + 1;
  }

  /** Each point is reached once, by one process. */
  private claim(): boolean {
    try {
      renameSync(this.file ?? '', `${this.file}.reached`);
      return true;
    } catch {
      return false;
    }
  }

  private async released(): Promise<void> {
    const until = performance.now() + holdMsMax;
    while (!existsSync(`${this.file}.go`) && performance.now() < until) await pause(20);
  }
}

/** Of the Kubernetes object that a call is about: it is given whole, or its kind comes first. */
function kindOf(subject: unknown): string {
  if (typeof subject === 'string') return subject;
  return typeof subject === 'object' && subject !== null && 'kind' in subject ? String(subject.kind) : '';
}

function currentActivity(): string | undefined {
  try {
    return Context.current().info.activityType;
  } catch {
    // A watch that goes on by itself belongs to no activity.
    return undefined;
  }
}
