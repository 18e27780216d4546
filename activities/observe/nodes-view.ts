/** Which nodes of a cluster have not been heard of, kept true by a watch. */
import type { FollowOptions, KubernetesClient } from '../../clients/kubernetes/client.ts';
import type { ObjectOf } from '../../clients/kubernetes/kinds.ts';
import { isFinalRefusal } from '../failures.ts';

export class NodesView {
  private readonly lost = new Map<string, number>();
  private readonly onChange: (node: string) => void;
  private isKnown = false;

  /** @param onChange is told the name of a node that was lost, or has come back. */
  constructor(onChange: (node: string) => void) {
    this.onChange = onChange;
  }

  /** Whether all nodes have been listed once, or may not be. Before that a node that is lost seems to be there. */
  get isComplete(): boolean {
    return this.isKnown;
  }

  /** Since when nodes have not been heard of, by their names; milliseconds since 1970. */
  get lostNodes(): ReadonlyMap<string, number> {
    return this.lost;
  }

  /** Follows all nodes until the signal. An agent that may not read nodes goes without. @returns whether it may. */
  async follow(kubernetes: KubernetesClient, options: FollowOptions): Promise<boolean> {
    try {
      await kubernetes.follow('Node', '', {}, this, options);
      return true;
    } catch (error) {
      if (!isFinalRefusal(error)) throw error;
      this.isKnown = true;
      return false;
    }
  }

  replaced(nodes: readonly ObjectOf<'Node'>[]): void {
    const names = new Set(nodes.map(({ metadata }) => metadata.name));
    for (const name of this.lost.keys()) if (!names.has(name)) this.found(name);
    for (const node of nodes) this.changed(node);
    this.isKnown = true;
  }

  changed({ metadata, status }: ObjectOf<'Node'>): void {
    const ready = status?.conditions?.find(({ type }) => type === 'Ready');
    if (ready?.status !== 'Unknown') return this.found(metadata.name);
    if (this.lost.has(metadata.name)) return;
    this.lost.set(metadata.name, Date.parse(ready.lastTransitionTime ?? new Date().toISOString()));
    this.onChange(metadata.name);
  }

  /** Its pods go with it: nobody waits for it any more. */
  deleted({ metadata }: ObjectOf<'Node'>): void {
    this.found(metadata.name);
  }

  private found(name: string): void {
    if (this.lost.delete(name)) this.onChange(name);
  }
}
