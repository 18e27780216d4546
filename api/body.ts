/** Reads a request's body: bytes within bounds, then a value from JSON or YAML. */
import express, { type Request, type Response } from 'express';
import { isScalar, LineCounter, parseDocument, visit, type Document } from 'yaml';
import { Problem } from './problem.ts';
import { yamlDepth } from './yaml-depth.ts';

/** Specs are at most 64 KB as JSON; comments and white space may fill the rest. */
const bodyBytesMax = 1024 * 1024;

/** YAML takes up to a second for so much, and the process does nothing else meanwhile. */
const yamlCharactersMax = 128 * 1024;

/** A spec has at most 32 levels. */
const yamlDepthMax = 100;

/** Enough for a spec that names a value once and uses it often; a bomb needs far more. */
const yamlAliasesMax = 32;

/** A megabyte at modem speed: whoever is slower holds a connection for nothing. */
const readTimeoutMs = 30_000;

const readRaw = express.raw({ type: () => true, limit: bodyBytesMax });

/** The body's bytes; empty when there is none. */
export async function readBytes(request: Request, response: Response): Promise<Buffer> {
  const timer = setTimeout(() => request.destroy(), readTimeoutMs);
  try {
    await new Promise<void>((resolve, reject) => {
      readRaw(request, response, (error?: unknown) => (error instanceof Error ? reject(error) : resolve()));
    });
  } finally {
    clearTimeout(timer);
  }
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

/** The value in the body, by its content type. */
export function parseBody(request: Request, bytes: Buffer): unknown {
  if (bytes.length === 0) throw malformed('The request has no body.', 'Send JSON or YAML.');
  const parse = parserFor(request.get('content-type') ?? '');
  return parse(decode(bytes));
}

type Parser = (text: string) => unknown;

function parserFor(contentType: string): Parser {
  const [type = '', ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.find((each) => each.startsWith('charset='))?.slice('charset='.length);
  if (charset !== undefined && charset.replaceAll('"', '') !== 'utf-8')
    throw unsupported(`The character set ${charset.slice(0, 40)} is not understood.`);
  if (/^application\/(?:[\w.-]+\+)?json$/.test(type)) return parseJson;
  if (/^(?:application|text)\/(?:x-)?yaml$/.test(type)) return parseYaml;
  throw unsupported(
    type === '' ? 'The request does not say what its body is.' : `${type.slice(0, 80)} is not understood.`,
  );
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw malformed('The body is not UTF-8.', 'Save the file as UTF-8.', error);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw malformed(
      `The body is not JSON: ${messageOf(error)}.`,
      'For YAML send `Content-Type: application/yaml`.',
      error,
    );
  }
}

function parseYaml(text: string): unknown {
  if (text.length > yamlCharactersMax)
    throw new Problem('TOO_LARGE', `The YAML is longer than ${yamlCharactersMax / 1024} KB.`, {
      cure: 'Leave out comments, or send JSON.',
    });
  if (yamlDepth(text) > yamlDepthMax)
    throw malformed(`The YAML is nested deeper than ${yamlDepthMax} levels.`, 'Use fewer levels.');
  const lines = new LineCounter();
  // Not the parser's own look for keys that come twice: it compares each with each.
  const options = { uniqueKeys: false, lineCounter: lines, prettyErrors: false, logLevel: 'error' } as const;
  const document = parseDocument(text, options);
  const wrong = document.errors[0] ?? repeatedKey(document);
  if (wrong) {
    const { line, col } = lines.linePos(wrong.pos[0]);
    throw malformed(`The body is not YAML: ${wrong.message} (line ${line}, column ${col}).`, 'Mend the YAML.');
  }
  try {
    return document.toJS({ maxAliasCount: yamlAliasesMax });
  } catch (error) {
    throw malformed(`The body is not YAML that Drey reads: ${messageOf(error)}.`, 'Use fewer aliases.', error);
  }
}

function repeatedKey(document: Document.Parsed): { message: string; pos: readonly [number] } | undefined {
  let found: { message: string; pos: readonly [number] } | undefined;
  visit(document, {
    Map: (_key, { items }) => {
      const seen = new Set<string>();
      for (const { key } of items) {
        const name = isScalar(key) ? String(key.value) : undefined;
        if (name !== undefined && seen.has(name))
          found ??= {
            message: `The key ${name.slice(0, 80)} comes twice`,
            pos: [(isScalar(key) && key.range?.[0]) || 0],
          };
        if (name !== undefined) seen.add(name);
      }
    },
  });
  return found;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 200) : String(error);
}

function malformed(detail: string, cure: string, cause?: unknown): Problem {
  return new Problem('MALFORMED_REQUEST', detail, { cure, cause });
}

function unsupported(detail: string): Problem {
  return new Problem('UNSUPPORTED_MEDIA_TYPE', detail, {
    cure: 'Send `Content-Type: application/json` or `application/yaml`, in UTF-8.',
  });
}
