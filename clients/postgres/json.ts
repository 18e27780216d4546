/** JSON for `jsonb` parameters. PostgreSQL refuses NUL and half surrogate pairs, which text from logs may hold. */

const escape = /\\(?:\\|u0000|ud[89a-f][0-9a-f]{2})/g;

/** JSON text without NUL, and with U+FFFD for each half of a broken surrogate pair. */
export function toJson(value: unknown): string {
  // `JSON.stringify` escapes exactly these; a doubled backslash is matched first so that what follows it is left alone.
  return JSON.stringify(value).replace(escape, (found) => {
    if (found === '\\\\') return found;
    return found === '\\u0000' ? '' : '\uFFFD';
  });
}
