/**
 * `node --import tsx test/support/record-histories.ts <name>=<workflow id>…` records histories of the stack that `npm run up`
 * started (or the instance that `DREY_RECORD_INSTANCE` names) as `test/histories/<name>.json`.
 */
import { Client, Connection } from '@temporalio/client';
import { stackPaths } from '../../deploy/dev/paths.ts';
import { rememberedPorts } from '../../deploy/dev/ports.ts';
import { recordHistory } from './histories.ts';

const instance = process.env['DREY_RECORD_INSTANCE'] ?? 'dev';
const port = rememberedPorts(stackPaths(instance).stateDir)['temporal'] ?? 7233;
const connection = await Connection.connect({ address: `127.0.0.1:${port}` });
const client = new Client({ connection });
for (const wish of process.argv.slice(2)) {
  const [name = '', workflowId = ''] = wish.split('=');
  await recordHistory(client, workflowId, name);
  process.stdout.write(`recorded ${workflowId} as ${name}\n`);
}
await connection.close();
