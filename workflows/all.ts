/** Every workflow of the bundle. */
export { adjust } from './adjust.ts';
export { autoscaler } from './autoscaler.ts';
export { cleanUp } from './clean-up.ts';
export { cluster } from './cluster.ts';
export { deploy } from './deploy.ts';
export { discard } from './discard.ts';
export { dispose } from './dispose.ts';
export { flinkJob } from './flink-job.ts';
export { heal } from './heal.ts';
export { promote } from './promote.ts';
export { remove } from './remove.ts';
export { rescale } from './rescale.ts';
export { revive } from './revive.ts';
export { savepoint } from './savepoint.ts';
export { suspend } from './suspend.ts';
export { tailLogs } from './tail-logs.ts';
export { upgrade } from './upgrade.ts';
