/** How a simulation is shown: in sum, and one line for each time at which anything was or would have been done. */
import type { Simulation } from '../../clients/drey/autoscaler-shapes.ts';
import type { Kind } from '../printing.ts';
import { pairLines } from './lines.ts';

type Item = Simulation['items'][number];

export const simulationKind: Kind<Item> = {
  listKind: 'SimulationList',
  name: (item) => item.at,
  resource: (item) => item,
  columns: [
    { title: 'TIME', value: ({ at }) => at },
    { title: 'UNTIL', wide: true, value: ({ until }) => until },
    { title: 'VERTEX', value: ({ vertices }) => vertices.map(({ name }) => name).join(', ') },
    { title: 'WAS DONE', value: doneText },
    { title: 'WOULD BE DONE', value: ({ vertices }) => changes(vertices, 'would') },
    { title: 'DIFFERS', value: ({ differs }) => (differs ? 'yes' : 'no') },
    { title: 'REASON', value: ({ reason }) => reason.text },
  ],
};

/** What all of it comes to. */
export function summaryLines({ from, to, profile, summary }: Simulation): string[] {
  const { judged, notJudged, hours, done, would, differing } = summary;
  const totals = ({ rescales, slotHours }: typeof done) => `${rescales} rescales, ${slotHours} slot-hours`;
  return pairLines([
    ['From', `${from} to ${to}, ${hours} h of it measured`],
    ['Profile', profile],
    ['Judged', `${judged} moments; ${notJudged} not, for want of samples`],
    ['Was done', totals(done)],
    ['Would be', `${totals(would)}, estimated`],
    ['Differing', differing],
  ]);
}

function doneText({ done, vertices }: Item): string {
  if (done === undefined) return 'nothing';
  const words = `decision ${done.decision} ${done.outcome}`;
  const changed = vertices.some((vertex) => vertex.done !== vertex.parallelism);
  return changed ? `${changes(vertices, 'done')} (${words})` : `nothing (${words})`;
}

function changes(vertices: Item['vertices'], to: 'done' | 'would'): string {
  const changed = vertices.filter((vertex) => vertex[to] !== vertex.parallelism);
  return changed.length === 0 ? 'nothing' : changed.map((one) => `${one.parallelism}→${one[to]}`).join(', ');
}
