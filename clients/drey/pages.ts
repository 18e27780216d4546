/** Reads a list page by page. */
import type { PageRequest } from './client.ts';
import type { Page } from './shapes.ts';

/** The most that the API gives at once: ten thousand jobs are twenty calls, one after the other. */
const limit = 500;

/** The items of all pages. */
export async function allPages<Item>(read: (page: PageRequest) => Promise<Page<Item>>): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await read({ limit, cursor });
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return items;
}
