/** Every workflow of the bundle. */
export { deploy } from './deploy.ts';
export { flinkJob } from './flink-job.ts';
export { remove } from './remove.ts';
export { tailLogs } from './tail-logs.ts';
