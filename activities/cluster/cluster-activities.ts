/** Everything an agent does in its cluster on behalf of workflows. Arguments only grow: agents are not versioned. */
import type { TailLogsInput } from '../../workflows/tail-logs.ts';
import { addTaskManagers, type AddTaskManagersInput } from './add-task-managers.ts';
import { applyGeneration, applyTaskManagers, type ApplyGenerationInput } from './apply-generation.ts';
import { applyStandIn } from './apply-stand-in.ts';
import { cancelJob } from './cancel-job.ts';
import { changeParallelism, type ChangeParallelismInput } from './change-parallelism.ts';
import { checkRescale, type CheckRescaleInput } from './check-rescale.ts';
import { confirmCheckpoint } from './confirm-checkpoint.ts';
import type { ClusterDependencies, GenerationInput, WaitInput } from './dependencies.ts';
import { disposeSavepoint, type DisposeSavepointInput } from './dispose-savepoint.ts';
import { endPods } from './end-pods.ts';
import { findGenerations, type FindGenerationsInput } from './find-generations.ts';
import { healGeneration } from './heal-generation.ts';
import { waitJobManager, waitSlots } from './flink-waits.ts';
import { askAutoscaler, noteAutoscaler, type AskAutoscalerInput, type NoteAutoscalerInput } from './note-autoscaler.ts';
import { noteRevision } from './note-revision.ts';
import { waitFinished } from './wait-finished.ts';
import { waitImagesPulled, waitPodsScheduled, waitTaskManagers } from './pod-waits.ts';
import { primeCluster } from './prime-cluster.ts';
import { publishService } from './publish-service.ts';
import { removeHighAvailability } from './remove-high-availability.ts';
import { removeObjects } from './remove-objects.ts';
import { removeTaskManagers, type RemoveTaskManagersInput } from './remove-task-managers.ts';
import { sendLogs } from './send-logs.ts';
import { stopJob } from './stop-job.ts';
import type { StopJobInput } from './stop-shapes.ts';
import { submitJob } from './submit-job.ts';
import { takeSavepoint, type TakeSavepointInput } from './take-savepoint.ts';
import { waitParallelism, type WaitParallelismInput } from './wait-parallelism.ts';
import { waitStable, type WaitStableInput } from './wait-stable.ts';
import { waitTasks } from './wait-tasks.ts';

/** Makes the activities of one cluster; their type is what workflows call. */
export function createClusterActivities(dependencies: ClusterDependencies) {
  return {
    findGenerations: (input: FindGenerationsInput) => findGenerations(dependencies, input),
    applyGeneration: (input: ApplyGenerationInput) => applyGeneration(dependencies, input),
    applyTaskManagers: (input: ApplyGenerationInput) => applyTaskManagers(dependencies, input),
    healGeneration: (input: ApplyGenerationInput) => healGeneration(dependencies, input),
    waitPodsScheduled: (input: WaitInput) => waitPodsScheduled(dependencies, input),
    waitImagesPulled: (input: WaitInput) => waitImagesPulled(dependencies, input),
    waitTaskManagers: (input: WaitInput) => waitTaskManagers(dependencies, input),
    waitJobManager: (input: WaitInput) => waitJobManager(dependencies, input),
    waitSlots: (input: WaitInput) => waitSlots(dependencies, input),
    primeCluster: (input: WaitInput) => primeCluster(dependencies, input),
    submitJob: (input: WaitInput) => submitJob(dependencies, input),
    waitTasks: (input: WaitInput) => waitTasks(dependencies, input),
    waitFinished: (input: WaitInput) => waitFinished(dependencies, input),
    waitStable: (input: WaitStableInput) => waitStable(dependencies, input),
    confirmCheckpoint: (input: WaitInput) => confirmCheckpoint(dependencies, input),
    publishService: (input: ApplyGenerationInput) => publishService(dependencies, input),
    checkRescale: (input: CheckRescaleInput) => checkRescale(dependencies, input),
    addTaskManagers: (input: AddTaskManagersInput) => addTaskManagers(dependencies, input),
    changeParallelism: (input: ChangeParallelismInput) => changeParallelism(dependencies, input),
    waitParallelism: (input: WaitParallelismInput) => waitParallelism(dependencies, input),
    noteRevision: (input: ApplyGenerationInput) => noteRevision(dependencies, input),
    noteAutoscaler: (input: NoteAutoscalerInput) => noteAutoscaler(dependencies, input),
    askAutoscaler: (input: AskAutoscalerInput) => askAutoscaler(dependencies, input),
    removeTaskManagers: (input: RemoveTaskManagersInput) => removeTaskManagers(dependencies, input),
    stopJob: (input: StopJobInput) => stopJob(dependencies, input),
    takeSavepoint: (input: TakeSavepointInput) => takeSavepoint(dependencies, input),
    applyStandIn: (input: ApplyGenerationInput) => applyStandIn(dependencies, input),
    disposeSavepoint: (input: DisposeSavepointInput) => disposeSavepoint(dependencies, input),
    cancelJob: (input: GenerationInput) => cancelJob(dependencies, input),
    endPods: (input: GenerationInput) => endPods(dependencies, input),
    removeHighAvailability: (input: GenerationInput) => removeHighAvailability(dependencies, input),
    removeObjects: (input: GenerationInput) => removeObjects(dependencies, input),
    sendLogs: (input: TailLogsInput) => sendLogs(dependencies, input),
  };
}

export type ClusterActivities = ReturnType<typeof createClusterActivities>;
