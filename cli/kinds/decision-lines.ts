/** A decision as `autoscaler --explain` prints it: every vertex with its numbers, limits and reasons. */
import type { Autoscaler, Decision, DecisionVertex } from '../../clients/drey/autoscaler-shapes.ts';
import { ageOf } from '../duration.ts';
import { printable } from '../world.ts';
import { mebibytes, outcomeText } from './decision-kind.ts';
import { pairLines } from './lines.ts';
import { numberText } from './number-text.ts';

/** Everything about one decision, as lines. */
export function decisionLines(decision: Decision, now: number): string[] {
  const { reasons, memoryAdvice, memoryBytes, vertices, metrics } = decision;
  return [
    ...pairLines([
      ['Decision', `${decision.number} (${decision.id})`],
      ['Decided', `${decision.at} (${ageOf(decision.at, now)} ago)`],
      ['Action', decision.action],
      ['Outcome', outcomeText(decision)],
      ['Why not', decision.why && `${decision.why.code}: ${decision.why.text}`],
      ['Mode', decision.mode],
      ['Profile', decision.profile && `${decision.profile}, version ${decision.profileVersion ?? 'unknown'}`],
      ['Job', `revision ${decision.revision}, generation ${decision.generation}, submission ${decision.submission}`],
      ['Asked', decision.asked && `${decision.asked}, by ${decision.askedBy ?? 'unknown'}`],
      ['Reasons', reasons.map(({ code, text }) => `${code}: ${text}`).join('\n')],
      ['Metrics', metricsText(metrics)],
      ['Gives', memoryBytes === undefined ? undefined : `${mebibytes(memoryBytes)} of memory to each TaskManager`],
      ['Memory', memoryAdvice && memoryText(memoryAdvice)],
    ]),
    ...vertices.flatMap((vertex) => ['', ...vertexLines(vertex)]),
  ];
}

function vertexLines(vertex: DecisionVertex): string[] {
  const { parallelism, recommended, target, limits } = vertex;
  const wish = recommended === target ? '' : ` (by its own load ${recommended})`;
  return [
    printable(`Vertex ${vertex.name} (${vertex.id}): ${parallelism} → ${target}${wish}`),
    ...pairLines([
      ['  Reasons', vertex.reasons.map(({ code, text }) => `${code}: ${text}`).join('\n')],
      ['  Limits', limits.map(({ code, text, before, after }) => `${code}: ${before} → ${after}. ${text}`).join('\n')],
      ['  Arithmetic', vertex.arithmetic.join('\n')],
      ['  Metrics', metricsText(vertex.metrics)],
    ]),
  ];
}

function metricsText(metrics: Decision['metrics']): string {
  return Object.entries(metrics)
    .map(([name, value]) => `${name} ${typeof value === 'number' ? numberText(value) : value}`)
    .join('\n');
}

function memoryText({ options, removed, reasons }: NonNullable<Decision['memoryAdvice']>): string {
  const set = Object.entries(options).map(([key, value]) => `${key}: ${value}`);
  return [...set, ...removed.map((key) => `without ${key}`), ...reasons.map(({ text }) => text)].join('\n');
}

/** What stands above the table of decisions: the mode, and whatever waits. */
export function autoscalerLines(autoscaler: Autoscaler, now: number): string[] {
  const { mode, profile, underWay, waits, coolDowns, heldOff, asked, given } = autoscaler;
  return pairLines([
    ['Mode', `${mode}, profile ${profile}`],
    ['Under way', underWay && `decision ${underWay.decision}, by operation ${underWay.operation ?? 'unknown'}`],
    [
      'Given',
      given &&
        Object.entries(given)
          .map(([id, { to }]) => `${id}: ${id === 'memory' ? mebibytes(to) : to}`)
          .join('\n'),
    ],
    ['Waits', waits.map(({ vertex, since, to }) => `${vertex} for ${ageOf(since, now)}, to ${to}`).join('\n')],
    ['Not above', coolDowns.map(({ vertex, above, until }) => `${vertex}: ${above} until ${until}`).join('\n')],
    ['Held off', heldOff && `until ${heldOff.until}: ${heldOff.because.text}`],
    ['Asked', asked.map(({ key, at }) => `${key}, ${ageOf(at, now)} ago`).join('\n')],
  ]);
}
