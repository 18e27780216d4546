/** The row about a job that runs, and of which Flink does not tell what the rows about its checkpoints and restarts judge. */
import type { UntoldPart } from '../observation/observation.ts';
import { agoMs, isUp } from '../observation/reading.ts';
import type { RecoveryRow } from './finding.ts';
import { spanText } from './words.ts';

/** Until then, a JobManager may only be slow. */
const untoldMs = 5 * 60_000;

const unseen: Readonly<Record<UntoldPart, string>> = {
  checkpoints: 'whether its checkpoints stall or fail',
  failures: 'whether it restarts over and over',
};

export const healthUnknown: RecoveryRow = {
  reason: 'HEALTH_UNKNOWN',
  sees: ({ observation }) => {
    const { untold } = observation;
    if (!untold || !isUp(observation) || agoMs(observation, untold.sinceMs) < untoldMs) return undefined;
    const { what, sinceMs, why } = untold;
    const span = spanText(agoMs(observation, sinceMs));
    return {
      code: 'HEALTH_UNKNOWN',
      message: `The job runs, but Flink has not told for ${span} ${what.map((one) => unseen[one]).join(', nor ')}: ${why}`,
      cure: "See the JobManager's log: most often it has too little memory or CPU for what it keeps of the job. Nothing is done about what is not told.",
    };
  },
  action: 'report',
};
