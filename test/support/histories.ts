/** Recorded histories of real runs: written by `record`, replayed by every test run. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
// Reading and writing these needs one copy of protobufjs for all of Temporal's packages, so package.json names its version.
import { historyFromJSON, historyToJSON } from '@temporalio/common/lib/proto-utils.js';

const folder = fileURLToPath(new URL('../histories', import.meta.url));

export type History = ReturnType<typeof historyFromJSON>;

export interface RecordedHistory {
  readonly workflowId: string;
  readonly history: History;
}

/** Every recorded history, by its file's name. @throws when there is none: an empty folder proves nothing. */
export function recordedHistories(): RecordedHistory[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  if (files.length === 0) throw new Error('test/histories is empty');
  return files
    .map((file) => file.replace(/\.json$/, ''))
    .map((workflowId) => ({ workflowId, history: recordedHistory(workflowId) }));
}

/** The one of that name. @throws when it is not there. */
export function recordedHistory(name: string): History {
  return historyFromJSON(JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')));
}

/** Whether there is one of that name. */
export function isRecorded(name: string): boolean {
  return existsSync(join(folder, `${name}.json`));
}

/**
 * Writes a workflow's history as `test/histories/<name>.json`, in the form that Temporal's own tools export, without
 * what only says which machine ran it.
 */
export async function recordHistory(client: Client, workflowId: string, name: string): Promise<void> {
  const history = await client.workflow.getHandle(workflowId).fetchHistory();
  mkdirSync(folder, { recursive: true });
  const ofMachine = new Set(['identity', 'stackTrace']);
  const strip = (key: string, value: unknown) => (ofMachine.has(key) ? undefined : value);
  const text = JSON.stringify(JSON.parse(historyToJSON(history)), strip);
  writeFileSync(join(folder, `${name}.json`), `${text}\n`);
}
