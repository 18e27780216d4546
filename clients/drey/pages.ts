/** Reads a list page by page. */
import type { PageRequest } from './client.ts';
import type { Page } from './shapes.ts';

/** The most that the API gives at once: ten thousand jobs are twenty calls, one after the other. */
const pageMax = 500;

type ReadPage<Item> = (page: PageRequest) => Promise<Page<Item>>;

/** The items of all pages. */
export async function allPages<Item>(read: ReadPage<Item>): Promise<Item[]> {
  return (await firstItems(read, Infinity)).items;
}

/** So many items at most, from as many pages as that takes, and whether there are more. */
export async function firstItems<Item>(
  read: ReadPage<Item>,
  atMost: number,
): Promise<{ readonly items: Item[]; readonly hasMore: boolean }> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await read({ limit: Math.min(pageMax, atMost - items.length), cursor });
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== undefined && items.length < atMost);
  return { items, hasMore: cursor !== undefined };
}
