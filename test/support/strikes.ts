/** Carries out what a soak has drawn. */
import type { DreyProcess } from '../../deploy/dev/builds.ts';
import { pause } from '../../deploy/dev/process.ts';
import { firsts, type Part, type Strike } from './draw-strikes.ts';
import { deletedPods } from './pod-process.ts';
import { killAndRestart, pidOf, standStill, type StackProcess } from './running-stack.ts';
import type { Second } from './second.ts';

/**
 * Resolves when what was struck is there again, but for pods: these come back by themselves.
 * @returns whether there was anything to be struck: a job that is suspended has no pods
 */
export async function carryOut(strike: Strike, seconds: Readonly<Record<DreyProcess, Second>>): Promise<boolean> {
  if (strike.what === 'delete pods') return (await deletedPods(strike.job, strike.component)) > 0;
  await strikeProcess(strike, seconds);
  return true;
}

type ProcessStrike = Exclude<Strike, { readonly what: 'delete pods' }>;

async function strikeProcess(strike: ProcessStrike, seconds: Readonly<Record<DreyProcess, Second>>): Promise<void> {
  const second = secondOf(strike.part, seconds);
  if (strike.what === 'kill') return second ? killAgain(second) : killAndRestart(firstOf(strike.part));
  if (strike.what === 'stand still') return standStill(second ? second.pid() : pidOf(firstOf(strike.part)), strike.ms);
  second?.cutOff(true);
  await pause(strike.ms);
  second?.cutOff(false);
}

async function killAgain(second: Second): Promise<void> {
  await second.kill();
  await second.start();
}

function secondOf(part: Part, seconds: Readonly<Record<DreyProcess, Second>>): Second | undefined {
  const kind = (['api', 'worker', 'agent'] as const).find((one) => part === `second ${one}`);
  return kind && seconds[kind];
}

function firstOf(part: Part): StackProcess {
  const first = firsts.find((one) => one === part);
  if (!first) throw new Error(`${part} is not of the stack`);
  return first;
}
