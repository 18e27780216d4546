/** Addresses in a job's storage. */

/** The address in one form: Flink writes `file:/x` where the specification has `file:///x`. */
function plainUri(uri: string): string {
  return uri.replace(/^([a-z0-9]+):\/+/i, '$1:/').replace(/\/+$/, '');
}

/** Whether two addresses are one place. */
export function isSamePlace(one: string, other: string): boolean {
  return plainUri(one) === plainUri(other);
}

/** Whether an address lies below a folder. */
export function liesBelow(uri: string, folder: string): boolean {
  return plainUri(uri).startsWith(`${plainUri(folder)}/`);
}
