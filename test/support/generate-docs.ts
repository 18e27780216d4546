/** Writes the files that are generated from the schema. Run: `node --import tsx test/support/generate-docs.ts`. */
import { writeFileSync } from 'node:fs';
import { jsonSchemaText, specDocument } from './spec-document.ts';

/** Each generated file, by its path from the repository's root, with what it must hold. */
export const generatedFiles = {
  'core/schema/flink-job.schema.json': jsonSchemaText,
  'docs/spec.md': specDocument,
} as const;

/** The command that writes them, for messages. */
export const generateCommand = 'node --import tsx test/support/generate-docs.ts';

if (process.argv[1]?.endsWith('generate-docs.ts')) {
  for (const [path, text] of Object.entries(generatedFiles)) {
    writeFileSync(new URL(`../../${path}`, import.meta.url), text());
  }
}
