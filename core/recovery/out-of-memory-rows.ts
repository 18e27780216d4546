/** Rows about containers that Kubernetes killed for using more memory than they had. */
import type { Failure } from '../failure.ts';
import { mainContainerName } from '../manifests/main-container.ts';
import type { ObservedComponent, PodObserved } from '../observation/observation.ts';
import { hasEndedLately, isDownSince, isUp, troubledPods } from '../observation/reading.ts';
import { actionOf, saidStanding, type RecoveryCase, type RecoveryRow } from './finding.ts';
import { jobManagerCrashLoop, jobManagerGone, jobManagerLost } from './job-manager-rows.ts';
import { jobFailed, jobVanished } from './job-rows.ts';
import { memoryRaise, type MemoryRaise, type SizedProcess } from './memory.ts';
import { tasksNotRunning } from './progress-rows.ts';
import { restartLoop } from './restart-loop.ts';
import { causeEvidence, counted } from './words.ts';

/** A pod that was killed for its memory, with what it is a part of. */
interface Killed {
  readonly pod: PodObserved;
  readonly process: SizedProcess;
}

const processes: Readonly<Record<ObservedComponent, SizedProcess>> = {
  jobmanager: 'jobManager',
  taskmanager: 'taskManager',
};

function killed({ observation }: RecoveryCase): Killed | undefined {
  const all = troubledPods(observation).filter(
    ({ pod }) => pod.ended?.reason === 'OOMKilled' && hasEndedLately(observation, pod),
  );
  const found = all.find(({ pod }) => isDownSince(pod)) ?? all[0];
  return found && { pod: found.pod, process: processes[found.component] };
}

/** One that has not come up since: what came up is past it, and is missed now for another reason, if it is. */
function killedAndDown(one: RecoveryCase): Killed | undefined {
  const found = killed(one);
  return found && isDownSince(found.pod) ? found : undefined;
}

/** The memory that it gets, where the spec allows more. A sidecar's own is not the spec's to say. */
export function raiseFor(one: RecoveryCase): MemoryRaise | undefined {
  const found = killedAndDown(one);
  return found?.pod.container === mainContainerName ? memoryRaise(one.spec, found.process) : undefined;
}

export const podOutOfMemory: RecoveryRow = {
  reason: 'POD_OUT_OF_MEMORY',
  sees: (one) => {
    if (!killedAndDown(one)) return undefined;
    return raiseFor(one) || !isUp(one.observation) ? outOfMemory(one) : undefined;
  },
  action: (one) => {
    if (raiseFor(one)) return 'raiseMemory';
    // It may come back with the memory that it has; one that does not is handled like any other that does not.
    const row = whyDown(one);
    return row ? actionOf(row, one) : 'wait';
  },
  isOfRevision: true,
  standing: (one) => {
    const row = whyDown(one);
    return row && saidStanding(row, one);
  },
};

/** Of a job that runs again. */
export const podOutOfMemoryShown: RecoveryRow = { reason: 'POD_OUT_OF_MEMORY', sees: outOfMemory, action: 'report' };

function outOfMemory(one: RecoveryCase): Failure | undefined {
  const found = killed(one);
  if (!found) return undefined;
  const { pod } = found;
  const limit = pod.ended?.memoryLimit === undefined ? 'the node had left' : `its limit of ${pod.ended.memoryLimit}`;
  const often = (pod.restarts ?? 0) > 1 ? `, after ${counted(pod.restarts ?? 0, 'restart')}` : '';
  return {
    code: 'OUT_OF_MEMORY',
    message: `Kubernetes killed container ${pod.container} of pod ${pod.name}: it used more than ${limit}${often}.`,
    cure: memoryCure(one, found),
    ...causeEvidence(one.observation),
  };
}

function memoryCure(one: RecoveryCase, { pod, process }: Killed): string {
  const { max } = one.spec.spec.recovery.memory;
  if (pod.container !== mainContainerName)
    return `Raise the memory of container ${pod.container} in the podTemplate of spec.${process}.`;
  const raise = memoryRaise(one.spec, process);
  const when = raiseFor(one) ? 'Its' : 'It came up again with what it has. Killed once more, its';
  if (raise) return `${when} memory is raised to ${raise.to}, which spec.recovery.memory.max (${max}) allows.`;
  const own = process === 'taskManager' ? one.spec.spec.autoscaler : undefined;
  if (own?.mode === 'active' && own.memory?.mode === 'active')
    return `The autoscaler gives TaskManagers more once the job runs again, up to spec.autoscaler.memory.max (${own.memory.max}).`;
  const reached = max === undefined ? '' : ` spec.recovery.memory.max (${max}) allows no more.`;
  const wish = max === undefined ? ', or let Drey raise it by spec.recovery.memory.max' : '';
  return `Raise the memory of spec.${process}.resources, requests and limits alike${wish}.${reached}`;
}

/** What is done about a job that is down, whyever it is. */
const whateverTheCause = [
  jobFailed,
  jobVanished,
  jobManagerCrashLoop,
  jobManagerGone,
  jobManagerLost,
  restartLoop,
  tasksNotRunning,
];

function whyDown(one: RecoveryCase): RecoveryRow | undefined {
  return whateverTheCause.find(({ sees }) => sees(one) !== undefined);
}
