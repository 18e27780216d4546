/** The whole stack that the test runner started: where its parts are, and how a test kills one and brings it back. */
import { processName, restartDreyProcess } from '../../deploy/dev/drey-processes.ts';
import { stackPaths } from '../../deploy/dev/paths.ts';
import { startPostgres } from '../../deploy/dev/postgres.ts';
import { livingProcess, startTicksOf, waitUntil } from '../../deploy/dev/process.ts';
import { startTemporal } from '../../deploy/dev/temporal.ts';
import { anyPorts } from '../../deploy/dev/test-stack.ts';

export type StackProcess = 'api' | 'worker' | 'agent' | 'temporal' | 'postgres';

const paths = stackPaths('test');

/** Where the parts are. To import this module is to ask the runner for all of them. */
export function runningStack() {
  return {
    apiUrl: given('DREY_TEST_API_URL'),
    cliConfig: given('DREY_TEST_CLI_CONFIG'),
    temporalAddress: given('DREY_TEST_TEMPORAL_ADDRESS'),
    databaseUrl: given('DREY_TEST_DATABASE_URL'),
    kubeconfig: given('DREY_TEST_KUBECONFIG'),
  };
}

/** Ends a process with SIGKILL; returns when it is gone. */
export async function killPart(part: StackProcess): Promise<void> {
  const record = livingProcess(paths.runDir, nameOf(part));
  if (!record) throw new Error(`${part} does not run`);
  process.kill(record.pid, 'SIGKILL');
  await waitUntil(async () => startTicksOf(record.pid) !== record.startTicks, {
    what: `${part} to be gone`,
    timeoutMs: 10_000,
    stepMs: 5,
  });
}

/** Starts a process again, on the same port and with the same data; Drey's own need some seconds until they work. */
export async function startPart(part: StackProcess): Promise<void> {
  if (part === 'temporal') await startTemporal({ ...paths, ports: anyPorts });
  else if (part === 'postgres') await startPostgres({ ...paths, port: anyPorts.postgres, settings: ['fsync=off'] });
  else await restartDreyProcess(paths, part);
}

function nameOf(part: StackProcess): string {
  return part === 'temporal' || part === 'postgres' ? part : processName(part);
}

function given(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run the tests with npm test`);
  return value;
}
