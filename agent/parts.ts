/** One thing that the API refuses takes its batch along: the batch is halved until what is given up is that thing alone. */
import { DreyApiError } from '../clients/drey/errors.ts';

/** So often one batch is refused before what is left of it is not halved any more: an API that takes none of it is not asked a thousand times. */
const refusalsMax = 64;

export class Parts<Item> {
  private readonly waiting: (readonly Item[])[];
  private refusals = 0;

  constructor(batch: readonly Item[]) {
    this.waiting = batch.length === 0 ? [] : [batch];
  }

  /** What is to be sent next; undefined when all of the batch was. */
  next(): readonly Item[] | undefined {
    return this.waiting.pop();
  }

  /** Nothing became of it: it comes next again. */
  putBack(part: readonly Item[]): void {
    this.waiting.push(part);
  }

  /** The API will never take it as it is. @returns whether its halves come next; else it is to be given up. */
  refused(part: readonly Item[]): boolean {
    this.refusals += 1;
    if (part.length < 2 || this.refusals >= refusalsMax) return false;
    const middle = Math.ceil(part.length / 2);
    this.waiting.push(part.slice(middle), part.slice(0, middle));
    return true;
  }
}

/** Whether what was sent would be refused again, however often. */
export function isRefusal(error: unknown): error is DreyApiError {
  return error instanceof DreyApiError && [400, 413, 422].includes(error.problem.status);
}
