/** The one place where an API server's JSON becomes a type: its own schema vouches for the shape. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows what it asked for
export function parseAs<T>(body: string): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- checking every object would repeat that schema
  return JSON.parse(body) as T;
}
