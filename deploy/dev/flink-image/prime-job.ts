/** Builds the prime job: a small jar for any Flink, which the agent uploads to a cluster that is to be primed. */
import { join } from 'node:path';
import { repositoryRoot } from '../paths.ts';
import { buildSmallJar, type SmallJarWish } from './small-jar.ts';

const primeJob = {
  name: 'prime-job',
  sources: join(repositoryRoot, 'deploy/prime-job/src/dev/drey/prime'),
  mainClass: 'dev.drey.prime.PrimeJob',
  flinkModules: ['flink-core', 'flink-core-api', 'flink-streaming-java', 'flink-runtime', 'flink-annotations'],
};

/** The path of `prime-job.jar`. @throws when it cannot be compiled here. */
export function buildPrimeJob(wish: SmallJarWish): Promise<string> {
  return buildSmallJar(primeJob, wish);
}
