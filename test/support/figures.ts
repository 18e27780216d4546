/** Times that a test has measured, for people: nothing is asserted of them. */
export class Figures {
  private readonly lines: string[];

  constructor(title: string) {
    this.lines = [title];
  }

  /** By the steady clock of this process, in milliseconds. */
  begin(): number {
    return performance.now();
  }

  note(what: string, sinceMs: number): void {
    this.lines.push(`  ${what}: ${((performance.now() - sinceMs) / 1000).toFixed(1)} s`);
  }

  print(): void {
    process.stdout.write(`${this.lines.join('\n')}\n`);
  }
}
