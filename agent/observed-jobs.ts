/** How many jobs this process observes: the sum over its shards, each of which has an observer of its own. */
export class ObservedJobs {
  private readonly counts = new Map<object, number>();

  /** @param by the observer that observes so many now */
  note(by: object, jobs: number): void {
    this.counts.set(by, jobs);
  }

  /** That observer has ended. */
  forget(by: object): void {
    this.counts.delete(by);
  }

  get sum(): number {
    return [...this.counts.values()].reduce((total, one) => total + one, 0);
  }
}
