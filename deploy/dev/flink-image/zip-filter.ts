/** Leaves entries out of a zip or jar without unpacking it: what stays is copied byte for byte. */
import { closeSync, openSync, readSync, writeSync, fstatSync } from 'node:fs';

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const entryFixedSize = 46;
const endFixedSize = 22;

interface Entry {
  readonly name: string;
  /** Where the entry's local header begins. */
  readonly offset: number;
  readonly directoryRecord: Buffer;
}

/**
 * Copies `source` to `target` without the entries that `drop` names.
 * @throws when the file is no zip, or one with 64-bit extensions.
 */
export function filterZip(source: string, target: string, drop: (name: string) => boolean): void {
  const input = openSync(source, 'r');
  const output = openSync(target, 'w');
  try {
    const { entries, directoryStart } = readDirectory(input);
    const ordered = entries.toSorted((left, right) => left.offset - right.offset);
    const records: Buffer[] = [];
    let written = 0;
    ordered.forEach((entry, index) => {
      if (drop(entry.name)) return;
      const end = ordered[index + 1]?.offset ?? directoryStart;
      entry.directoryRecord.writeUInt32LE(written, 42);
      records.push(entry.directoryRecord);
      written += copyRange(input, output, entry.offset, end);
    });
    writeDirectory(output, records, written);
  } finally {
    closeSync(input);
    closeSync(output);
  }
}

function readDirectory(input: number): { entries: Entry[]; directoryStart: number } {
  const size = fstatSync(input).size;
  const tail = readRange(input, Math.max(0, size - 65_557), size);
  let at = tail.length - endFixedSize;
  while (at >= 0 && tail.readUInt32LE(at) !== endSignature) at -= 1;
  if (at < 0) throw new Error('not a zip file');
  const count = tail.readUInt16LE(at + 10);
  const directorySize = tail.readUInt32LE(at + 12);
  const directoryStart = tail.readUInt32LE(at + 16);
  if (count === 0xffff || directoryStart === 0xffffffff) throw new Error('zip64 is not supported');
  const directory = readRange(input, directoryStart, directoryStart + directorySize);
  const entries: Entry[] = [];
  for (let position = 0; position < directory.length;) {
    if (directory.readUInt32LE(position) !== entrySignature) throw new Error('the zip directory is damaged');
    const nameLength = directory.readUInt16LE(position + 28);
    const variable = nameLength + directory.readUInt16LE(position + 30) + directory.readUInt16LE(position + 32);
    const record = directory.subarray(position, position + entryFixedSize + variable);
    const name = record.toString('utf8', entryFixedSize, entryFixedSize + nameLength);
    entries.push({ name, offset: record.readUInt32LE(42), directoryRecord: record });
    position += record.length;
  }
  return { entries, directoryStart };
}

function writeDirectory(output: number, records: readonly Buffer[], start: number): void {
  const directory = Buffer.concat(records);
  const end = Buffer.alloc(endFixedSize);
  end.writeUInt32LE(endSignature, 0);
  end.writeUInt16LE(records.length, 8);
  end.writeUInt16LE(records.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(start, 16);
  writeSync(output, directory);
  writeSync(output, end);
}

function readRange(input: number, from: number, to: number): Buffer {
  const buffer = Buffer.alloc(to - from);
  for (let done = 0; done < buffer.length;) {
    const count = readSync(input, buffer, done, buffer.length - done, from + done);
    if (count === 0) throw new Error('the zip file is cut short');
    done += count;
  }
  return buffer;
}

function copyRange(input: number, output: number, from: number, to: number): number {
  for (let at = from; at < to; at += 1 << 20) writeSync(output, readRange(input, at, Math.min(to, at + (1 << 20))));
  return to - from;
}
