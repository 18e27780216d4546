/** Makes a tenant, its grants and tokens in an empty installation. Run again, it changes nothing and keeps the tokens. */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { connectPostgres } from '../clients/postgres/connect.ts';
import { migratePostgres } from '../clients/postgres/migrate.ts';
import { addGrants } from '../clients/postgres/tenants.ts';
import { agentToken } from '../clients/postgres/tokens.ts';
import { setVariables } from '../clients/set-variables.ts';
import { dnsLabel, ownName } from '../core/schema/fields.ts';
import { grantSchema } from './grants.ts';
import { keepTokenOf } from './token-file.ts';

const usage = `node --import tsx api/bootstrap.ts --token-file FILE [--tenant NAME] [--grant CLUSTER:NAMESPACE]... [--agent CLUSTER:FILE]...
  Needs DATABASE_URL. Writes a token with the role admin for all tenants to FILE, readable by its owner only, and the token
  of each cluster's agent to a file of its own. All other tokens: api/tokens.ts.`;

const wanted = z.object({
  tenant: ownName(30).default('default'),
  'token-file': z.string('is required').min(1),
  'token-name': z.string().min(1).max(100).default('admin'),
  grant: z
    .array(
      z
        .string()
        .regex(/^[^:]+:[^:]+$/, 'must be CLUSTER:NAMESPACE')
        .transform((text) => ({ cluster: text.split(':')[0], namespace: text.split(':')[1] }))
        .pipe(grantSchema),
    )
    .default([]),
  agent: z
    .array(
      z
        .string()
        .regex(/^[^:]+:.+$/, 'must be CLUSTER:FILE')
        .transform((text) => ({ cluster: text.replace(/:.*/s, ''), file: text.replace(/^[^:]+:/, '') }))
        .pipe(z.object({ cluster: dnsLabel(), file: z.string() })),
    )
    .default([]),
});

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      tenant: { type: 'string' },
      'token-file': { type: 'string' },
      'token-name': { type: 'string' },
      grant: { type: 'string', multiple: true },
      agent: { type: 'string', multiple: true },
    },
  });
  const parsed = wanted.safeParse(values);
  const url = setVariables(process.env)['DATABASE_URL'];
  if (!parsed.success || url === undefined) {
    const wrong = parsed.error?.issues.map((issue) => `--${issue.path.join('.')} ${issue.message}`) ?? [];
    throw new Error([...wrong, ...(url === undefined ? ['DATABASE_URL is not set'] : []), usage].join('\n'));
  }
  await prepare(url, parsed.data);
}

async function prepare(url: string, { tenant, grant, agent, ...token }: z.output<typeof wanted>): Promise<void> {
  await migratePostgres({ url });
  const postgres = connectPostgres({ url, applicationName: 'drey-bootstrap', connectionsMax: 1 });
  try {
    await addGrants(postgres, tenant, grant);
    await keepTokenOf(postgres, token['token-file'], { name: token['token-name'], tenant: '*', role: 'admin' });
    for (const { cluster, file } of agent) await keepTokenOf(postgres, file, agentToken(cluster));
  } finally {
    await postgres.end();
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
