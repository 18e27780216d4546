/** Progress on a terminal: each operation is a block of steps with times, rewritten in place. */
import { hasEnded, type OperationRecord, type StepRecord, type StepState } from '../../core/operation.ts';
import { elapsedBetween } from '../duration.ts';
import { printable, type Output, type World } from '../world.ts';
import { endText } from './line-progress.ts';
import type { Progress } from './progress.ts';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 100;
const signs: Readonly<Record<Exclude<StepState, 'running'>, string>> = { done: '✓', failed: '✗', skipped: '–' };

export function liveProgress(output: Output, world: Pick<World, 'now'>): Progress {
  const shown = new Map<string, OperationRecord>();
  let drawn = 0;
  const draw = () => {
    const lines = [...shown].flatMap(([label, operation]) => renderBlock(label, operation, world.now()));
    // More lines than the terminal has could not be rewritten: the newest are kept.
    const visible = lines.slice(-Math.max(1, output.rows - 1)).map((line) => cutTo(output.columns - 1, line));
    output.write(`${drawn > 0 ? `\u001b[${drawn}A` : ''}\u001b[J${visible.map((line) => `${line}\n`).join('')}`);
    drawn = visible.length;
  };
  const timer = setInterval(draw, frameMs);
  timer.unref();
  return {
    show(label, operation) {
      shown.set(label, operation);
      draw();
    },
    end() {
      clearInterval(timer);
      draw();
    },
  };
}

/** The lines of one operation at one moment. */
export function renderBlock(label: string, operation: OperationRecord, now: number): string[] {
  const width = Math.max(0, ...operation.steps.map((step) => step.title.length));
  const state = hasEnded(operation) ? endText(operation) : operation.state;
  return [
    `${label}: ${operation.kind} ${operation.number} ${state}`,
    ...operation.steps.map((step) => stepLine(step, width, now)),
  ].map((line) => printable(line));
}

function stepLine(step: StepRecord, width: number, now: number): string {
  const sign =
    step.state === 'running' ? frames[Math.floor(now / frameMs) % frames.length] : (signs[step.state] ?? '·');
  const time = elapsedBetween(step.startedAt, step.endedAt ?? now).padStart(7);
  return `  ${sign} ${step.title.padEnd(width)} ${time}  ${step.detail ?? ''}`.trimEnd();
}

function cutTo(width: number, line: string): string {
  return line.length > width && width > 1 ? `${line.slice(0, width - 1)}…` : line;
}
