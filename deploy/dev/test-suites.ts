/** Which test files are suites on the whole product: they share its stack, take turns on it, and are drawn. */

/** As a pattern of paths, for jest. */
export const productPattern = '/test/e2e/';

export function isOnProduct(file: string): boolean {
  return file.includes(productPattern);
}
