/** `spec.storage`: where state outlives the pods. One URI is enough; the three directories derive from it. */
import { z } from 'zod';
import { mountPath, objectName, storageUri } from './fields.ts';

const fields = z.strictObject({
  volumeClaim: z
    .strictObject({
      name: objectName().describe(
        "Name of a PersistentVolumeClaim in the job's namespace, writable by all pods at once.",
      ),
      mountPath: mountPath().meta({
        description: 'Where it is mounted in JobManager, TaskManagers and storage pods.',
        examples: ['/flink-state'],
      }),
    })
    .optional()
    .describe('A volume for state, mounted into every pod of the job. Object stores need none.'),
  root: storageUri()
    .optional()
    .meta({
      description:
        'One directory under which `checkpoints`, `savepoints` and `highAvailability` lie unless they are given. Without it, `file://` and the mount path, where a volume claim is given.',
      examples: ['s3://bucket/flink', 'file:///flink-state'],
    }),
  checkpoints: storageUri().optional().describe("Directory of checkpoints. Default: the root's `checkpoints`."),
  savepoints: storageUri().optional().describe("Directory of savepoints. Default: the root's `savepoints`."),
  highAvailability: storageUri()
    .optional()
    .describe(
      "Directory of what a new JobManager needs to go on with the job. Default: the root's `high-availability`. High availability is on whenever it is known.",
    ),
});

type Storage = z.output<typeof fields>;

export const storageSchema = fields
  .transform(withDerivedDirectories)
  .prefault({})
  .describe(
    'Where state outlives the pods. Without storage, a job that fails or is upgraded starts empty; with it, all three directories must be known, and high availability is on.',
  );

function withDerivedDirectories(storage: Storage): Storage {
  const root = storage.root ?? (storage.volumeClaim && `file://${storage.volumeClaim.mountPath}`);
  if (root === undefined) return storage;
  const base = root.replace(/\/+$/, '');
  return {
    checkpoints: `${base}/checkpoints`,
    savepoints: `${base}/savepoints`,
    highAvailability: `${base}/high-availability`,
    ...storage,
    root,
  };
}
