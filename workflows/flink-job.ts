/** One workflow per job: it never completes while the job exists, and continues as new only when idle. */
import { continueAsNew, setHandler, setWorkflowOptions } from '@temporalio/workflow';
import type { JobState } from '../core/job-state.ts';
import { JobEntity } from './job-entity.ts';
import {
  abortJobOperation,
  applySpec,
  decideCandidate,
  disposeRemoved,
  disposeSavepoint,
  jobObserved,
  jobStatus,
  objectsGone,
  removeJob,
  scaleVertices,
  takeSavepoint,
  type FlinkJobInput,
} from './messages.ts';

setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, flinkJob);
export async function flinkJob(input: FlinkJobInput, carried?: JobState): Promise<void> {
  const entity = new JobEntity(input, carried);
  setHandler(applySpec, (request) => entity.apply(request), {
    description: 'Make this spec the job’s current one',
    validator: (request) => entity.assertRoomFor(request),
  });
  setHandler(removeJob, (request) => entity.remove(request), { description: 'Remove the job and all its objects' });
  setHandler(abortJobOperation, (request) => entity.abort(request), { description: 'Ask an operation to give up' });
  setHandler(decideCandidate, (request) => entity.decideCandidate(request), {
    description: 'Promote or discard the candidate that runs beside the job',
  });
  setHandler(scaleVertices, (request) => entity.scale(request), {
    description: 'Carry out a decision of the job’s autoscaler',
  });
  setHandler(takeSavepoint, (request) => entity.takeSavepoint(request), { description: 'Take a savepoint of the job' });
  setHandler(disposeSavepoint, (request) => entity.disposeSavepoint(request), {
    description: 'Delete the files of a savepoint',
    validator: (request) => entity.assertMayGo(request),
  });
  setHandler(jobObserved, (seen) => entity.observed(seen), { description: 'What an agent has seen of the job' });
  setHandler(objectsGone, (gone) => entity.lostObjects(gone), { description: 'Nothing of the job is in its cluster' });
  setHandler(disposeRemoved, (request) => entity.disposeRemoved(request), {
    description: 'Delete savepoints of an earlier job of this name, which was removed',
  });
  setHandler(jobStatus, () => entity.status(), { description: 'The job and its newest operations' });
  const next = await entity.live();
  if (next) await continueAsNew<typeof flinkJob>(input, next);
}
