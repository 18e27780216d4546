/** Reads the files behind `-f`: YAML with one or more documents, JSON, folders of them, lists, and `-` for the input. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { usageError } from './errors.ts';
import type { World } from './world.ts';

/** One spec of a file. Only its address is checked here; the API judges the rest. */
export interface SpecDocument {
  /** Where it stands, such as `job.yaml` or `job.yaml#2`. */
  readonly source: string;
  readonly name: string;
  readonly tenant: string | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** All of it, without the status that `get -o yaml` prints. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface FileFlags {
  readonly filename?: readonly string[];
  readonly recursive?: boolean;
}

/** All specs of all files, in order. Anything unreadable is refused before any of them is used. */
export async function readDocuments(world: World, flags: FileFlags): Promise<SpecDocument[]> {
  const documents: SpecDocument[] = [];
  for (const name of flags.filename ?? []) {
    for (const { source, text } of await readTexts(world, name, flags.recursive === true)) {
      documents.push(...documentsOf(source, text));
    }
  }
  if (documents.length === 0)
    throw usageError('no FlinkJob was given', 'Name a file or folder with -f, or - for the input.');
  return documents;
}

interface SourceText {
  readonly source: string;
  readonly text: string;
}

async function readTexts(world: World, name: string, recursive: boolean): Promise<SourceText[]> {
  if (name === '-') return [{ source: 'input', text: await world.readInput() }];
  const path = resolve(world.cwd, name);
  try {
    if (!statSync(path).isDirectory()) return [{ source: name, text: readFileSync(path, 'utf8') }];
    return filesIn(path, recursive).map((file) => ({
      source: join(name, file),
      text: readFileSync(join(path, file), 'utf8'),
    }));
  } catch (error) {
    throw usageError(`cannot read ${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function filesIn(folder: string, recursive: boolean): string[] {
  return readdirSync(folder, { recursive, encoding: 'utf8' })
    .filter((file) => /\.(ya?ml|json)$/.test(file))
    .toSorted();
}

/** JSON is YAML, so one parser reads both. */
function documentsOf(source: string, text: string): SpecDocument[] {
  const parsed = [...parseAllDocuments(text)].filter((document) => document.contents !== null);
  return parsed.flatMap((document, index) => {
    const place = parsed.length > 1 ? `${source}#${index + 1}` : source;
    const [problem] = document.errors;
    if (problem !== undefined) throw usageError(`${place}: ${problem.message.trimEnd()}`);
    return itemsOf(toValue(place, document)).map((value) => specDocument(place, value));
  });
}

function toValue(place: string, document: { toJS(): unknown }): unknown {
  try {
    return document.toJS();
  } catch (error) {
    // A bomb of aliases, or an alias without an anchor.
    throw usageError(`${place}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** What `get jobs -o yaml` prints is a list, and can be applied as it is. */
function itemsOf(value: unknown): readonly unknown[] {
  if (isRecord(value) && typeof value['kind'] === 'string' && value['kind'].endsWith('List')) {
    return Array.isArray(value['items']) ? value['items'] : [];
  }
  return [value];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function specDocument(source: string, value: unknown): SpecDocument {
  if (!isRecord(value))
    throw usageError(`${source}: not a FlinkJob but ${Array.isArray(value) ? 'a list' : typeof value}`);
  if (value['kind'] !== 'FlinkJob') {
    throw usageError(`${source}: kind is ${JSON.stringify(value['kind'])}, expected "FlinkJob"`);
  }
  const { status: _status, ...body } = value;
  const metadata = isRecord(body['metadata']) ? body['metadata'] : {};
  const { name, tenant } = metadata;
  if (typeof name !== 'string' || name === '') throw usageError(`${source}: metadata.name is missing`);
  if (tenant !== undefined && typeof tenant !== 'string')
    throw usageError(`${source}: metadata.tenant is not a string`);
  return { source, name, tenant, metadata, body };
}
