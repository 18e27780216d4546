/** Signs that a job's storage cannot be used: for checkpoints, savepoints, or what high availability keeps. */
import { because, type Rule } from './rules.ts';
import { imageOf } from './job-facts.ts';

/** Words by which a chain of exceptions is about Flink's storage and not about the user's own. */
const aboutStorage = /checkpoint|savepoint|high.?availability|JobGraphStore|BlobStore|StateBackend|core\.fs\./i;

export const storageRules: readonly Rule[] = [
  {
    sign: /Cannot find checkpoint or savepoint file\/directory '([^']+)'/,
    verdict: (found) => {
      return {
        code: 'STORAGE_UNUSABLE',
        message: `There is no checkpoint or savepoint at ${found[1]}.`,
        cure: 'Check that the path exists in the storage and that the JobManager sees the same storage, or restore from another point.',
      };
    },
  },
  {
    sign: /Cannot find meta data file '_metadata' in directory '([^']+)'/,
    verdict: (found) => {
      return {
        code: 'STORAGE_UNUSABLE',
        message: `The checkpoint or savepoint at ${found[1]} is not complete: it has no _metadata file.`,
        cure: 'Restore from another checkpoint or savepoint.',
      };
    },
  },
  {
    sign: /Could not find a file system implementation for scheme '([^']+)'/,
    verdict: (found, facts) => {
      return {
        code: 'STORAGE_UNUSABLE',
        message: `Flink has no file system for ${found[1]}:// in ${imageOf(facts)}.`,
        cure: `Use an image with the plugin for ${found[1]}:// under plugins/, or, with the official image, set ENABLE_BUILT_IN_PLUGINS in the podTemplates' env.`,
      };
    },
  },
  {
    sign: /(?:Failed to create (?:savepoint|checkpoint|storage)? ?directory(?: at)?|Mkdirs failed to create|Failed to create directory|Cannot create directory)[: ]+(\S+)/i,
    verdict: (found) => {
      return {
        code: 'STORAGE_UNUSABLE',
        message: `Flink cannot create the directory ${found[1]}.`,
        cure: "Give Flink's user (uid 9999 in the official image) the right to write there, or correct spec.storage.",
      };
    },
  },
  {
    sign: /No space left on device|Disk quota exceeded/i,
    verdict: () => {
      return {
        code: 'STORAGE_UNUSABLE',
        message: 'The storage is full.',
        cure: 'Free space on the volume or make it larger.',
      };
    },
    context: aboutStorage,
  },
  {
    sign: /AccessDenied|Access Denied|Status Code: 403|InvalidAccessKeyId|SignatureDoesNotMatch|Unable to load (?:AWS )?credentials|NoAwsCredentials|NoAuthWithAWSException/i,
    context: aboutStorage,
    verdict: (_found, _facts, root) => {
      return {
        code: 'STORAGE_UNUSABLE',
        message: `The storage refuses access: ${because(root)}`,
        cure: 'Give the pods credentials that may read, write and delete there (service account, or env from a Secret in the podTemplates).',
      };
    },
  },
  {
    sign: /NoSuchBucket|bucket does not exist|FileNotFoundException|NoSuchFileException/i,
    context: aboutStorage,
    verdict: (_found, _facts, root) => {
      return {
        code: 'STORAGE_UNUSABLE',
        message: `The storage lacks something that Flink needs: ${because(root)}`,
        cure: 'Check the paths in spec.storage, and that JobManager and TaskManagers see the same storage.',
      };
    },
  },
  {
    sign: /Permission denied|AccessDeniedException|Read-only file system|Unable to execute HTTP request|Failed to (?:initialize|create) (?:the )?(?:checkpoint )?storage|Failed to create checkpoint storage|IO-problem detected|Could not (?:create|instantiate) (?:the )?(?:FileSystem|BlobStore|state backend)/i,
    context: aboutStorage,
    verdict: (_found, _facts, root) => {
      return {
        code: 'STORAGE_UNUSABLE',
        message: `Flink cannot use the storage: ${because(root)}`,
        cure: 'Check that every pod reaches the storage of spec.storage and may write to it.',
      };
    },
  },
];
