/** Rows about Kubernetes objects that somebody else deleted or changed. */
import type { Failure } from '../failure.ts';
import { generationNames, pointerMapName } from '../names.ts';
import { isUp } from '../observation/reading.ts';
import type { Finding, RecoveryCase, RecoveryRow } from './finding.ts';
import { counted, listed } from './words.ts';

/** What the job needs is put back where it is down, and always where the spec wants drift healed. */
function isToHeal({ observation, spec }: RecoveryCase): boolean {
  return spec.spec.recovery.drift === 'heal' || !isUp(observation);
}

function deleted(one: RecoveryCase, cure: string): Failure | undefined {
  const { missing } = one.observation;
  if (missing.length === 0) return undefined;
  const what = `Somebody deleted ${counted(missing.length, 'object')} of the job: ${listed(missing)}.`;
  const message = missing.some((object) => holdsPointers(one, object)) ? `${what} ${beginsAnew}` : what;
  return { code: 'OBJECTS_DELETED', message, cure };
}

const beginsAnew =
  'Without the pointers to its checkpoints a JobManager that is started anew runs the job from where it once began.';

/** The anchor owns all others: Kubernetes deletes them after it, and what is put back meanwhile, too. */
function isAnchorDeleted(one: RecoveryCase): boolean {
  return one.observation.missing.includes(`ConfigMap ${namesIn(one).anchor}`);
}

/**
 * What Flink's high availability keeps is not Drey's to make anew; and an application without it, whose JobManager is a Job,
 * would run its main method from nothing.
 */
function isBeyondHealing(one: RecoveryCase): boolean {
  const { jobManager } = namesIn(one);
  return one.observation.missing.some((object) => object === `Job ${jobManager}` || holdsPointers(one, object));
}

/** Whether it is the ConfigMap with the pointers to the checkpoints of the submission that runs: with another, it runs as if there were none. */
function holdsPointers({ observation: { uid, generation, submission }, spec }: RecoveryCase, object: string) {
  const { tenant, name } = spec.metadata;
  return object === `ConfigMap ${pointerMapName({ tenant, name, uid, number: generation }, submission)}`;
}

function namesIn({ observation: { uid, generation }, spec: { metadata } }: RecoveryCase) {
  return generationNames({ tenant: metadata.tenant, name: metadata.name, uid, number: generation });
}

export const generationDeleted: RecoveryRow = {
  reason: 'OBJECTS_DELETED',
  sees: (one) =>
    isAnchorDeleted(one) || isBeyondHealing(one) ? deleted(one, `${howItGoesOn(one)}${seeWho}`) : undefined,
  action: 'restartCluster',
  standing: (one) => (isAnchorDeleted(one) ? 'ended' : undefined),
};

function howItGoesOn(one: RecoveryCase): string {
  const { metadata, spec } = one.spec;
  if (spec.recovery.policy !== 'never') return 'The job goes on in a new generation from its newest restore point. ';
  // Of a job that has ended it is said with the command that brings it back. Without its pointers no savepoint can be taken.
  return isAnchorDeleted(one)
    ? ''
    : `\`drey restart ${metadata.name} --mode last-state\` lets it go on in a new generation from its newest checkpoint. `;
}

export const objectsDeleted: RecoveryRow = {
  reason: 'OBJECTS_DELETED',
  sees: (one) => (isToHeal(one) ? deleted(one, `They are put back. ${seeWho}`) : undefined),
  action: 'heal',
};

const seeWho = 'See who deletes them, for it may happen again.';

export const objectsDeletedShown: RecoveryRow = {
  reason: 'OBJECTS_DELETED',
  sees: (one) =>
    deleted(
      one,
      `\`drey restart ${one.spec.metadata.name}\` makes them anew; with spec.recovery.drift: heal they are put back by themselves.`,
    ),
  action: 'report',
};

/** Of a job that nothing is left of, as an hourly comparison of all jobs has found. */
export function goneFinding(generation: string, namespace: string): Finding {
  return {
    reason: 'OBJECTS_DELETED',
    action: 'restartCluster',
    failure: {
      code: 'OBJECTS_DELETED',
      message: `Nothing of the job is in its cluster: ConfigMap ${namespace}/${generation}, which owns its objects, is gone.`,
      cure: `The job goes on in a new generation from its newest restore point. ${seeWho}`,
    },
    standing: 'ended',
    retry: 'useful',
    isOfRevision: false,
  };
}

function changed({ observation: { changed: changes }, spec }: RecoveryCase) {
  if (changes.length === 0) return undefined;
  const what = listed(changes.map(({ object, what: change }) => `${object} (${change})`));
  const isHealed = spec.spec.recovery.drift === 'heal';
  return {
    code: 'OBJECTS_CHANGED',
    message: `Somebody changed ${counted(changes.length, 'object')} of the job: ${what}.`,
    cure: isHealed
      ? 'They are put back. What is to last belongs into the spec.'
      : 'Put back what was changed, or set spec.recovery.drift: heal. What is to last belongs into the spec.',
  } as const;
}

/** Where drift is only shown and the job is down for it, the rows about the JobManager bring it back from the spec. */
export const objectsChanged: RecoveryRow = {
  reason: 'OBJECTS_CHANGED',
  sees: (one) => (one.spec.spec.recovery.drift === 'heal' ? changed(withoutJob(one)) : undefined),
  action: 'heal',
};

/** To let pods of an application's Job start again would run its main method from nothing: a new generation goes on with its state. */
function withoutJob(one: RecoveryCase): RecoveryCase {
  const { observation } = one;
  const job = `Job ${namesIn(one).jobManager}`;
  return {
    ...one,
    observation: { ...observation, changed: observation.changed.filter(({ object }) => object !== job) },
  };
}

export const objectsChangedShown: RecoveryRow = { reason: 'OBJECTS_CHANGED', sees: changed, action: 'report' };
