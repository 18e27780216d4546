/** Takes secrets out of text that people will read: log lines, exceptions, messages. What is left must still explain. */

/** What stands in the place of a secret. */
const mark = '***';

/** The parts of a key that make its value a secret: Flink's own list, and what is common elsewhere. */
const sensitive = [
  'passwo?r?d',
  'passphrase',
  'secret',
  'token',
  'credential',
  'api[-_.]?key',
  'access[-_.]?key',
  'account[-_.]?key',
  'service[-_.]?key',
  'private[-_.]?key',
  'auth[-_.]params',
  'signature',
].join('|');

/** A key with a sensitive part; a class such as `TokenException` before its message is none. */
const key = String.raw`[\w.\-]*(?:${sensitive})[\w.\-]*(?<!Exception|Error)`;

const value = String.raw`(?:"[^"\n]*"|'[^'\n]*'|[^\s"',;&)\]}]+)`;

interface Redaction {
  readonly pattern: RegExp;
  readonly replacement: string;
}

const redactions: readonly Redaction[] = [
  { pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, replacement: mark },
  // user:password@ and token@ of a URL; an @ in its path or query does not count.
  { pattern: /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@"'?#]+@/gi, replacement: `$1${mark}@` },
  { pattern: /\b(bearer|basic)\s+[\w.~+/-]{8,}=*/gi, replacement: `$1 ${mark}` },
  // JSON, and quoted keys in general.
  { pattern: new RegExp(`(["'])(${key})\\1(\\s*[:=]\\s*)${value}`, 'gi'), replacement: `$1$2$1$3${mark}` },
  { pattern: new RegExp(`\\b(${key})(\\s*=\\s*)${value}`, 'gi'), replacement: `$1$2${mark}` },
  // With a colon a space must follow: `TokenFilter.java:12` is a place in a program.
  { pattern: new RegExp(`\\b(${key})(:[ \\t]+)${value}`, 'gi'), replacement: `$1$2${mark}` },
  { pattern: new RegExp(`(--?${key})([ \\t]+)(?!-)${value}`, 'gi'), replacement: `$1$2${mark}` },
  { pattern: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g, replacement: mark },
  { pattern: /\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, replacement: mark },
  { pattern: /([?&](?:sig|X-Amz-[A-Za-z-]*)=)[^\s&"']+/g, replacement: `$1${mark}` },
];

/**
 * Text without the values of sensitive-looking keys, the user part of URLs, bearer tokens and AWS keys. Best effort: a
 * secret that nothing marks as one is not found.
 */
export function redact(text: string): string {
  return redactions.reduce((left, { pattern, replacement }) => left.replace(pattern, replacement), text);
}
