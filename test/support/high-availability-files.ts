/** What Flink's high availability has written of a job. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { stateVolume } from './running-stack.ts';

/** All files and folders of its generations. */
export function highAvailabilityFiles(uid: string): string[] {
  const ofJob = join(stateVolume(), 'high-availability', uid);
  return existsSync(ofJob) ? readdirSync(ofJob, { recursive: true, encoding: 'utf8' }) : [];
}
