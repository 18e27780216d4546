/** Makes tokens for people and programs, lists and revokes them. It works on PostgreSQL: the API itself does none of this. */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { connectPostgres, type Postgres } from '../clients/postgres/connect.ts';
import { findTenant } from '../clients/postgres/tenants.ts';
import { listTokens, revokeTokens, type ListedToken, type TokenRecord } from '../clients/postgres/tokens.ts';
import { setVariables } from '../clients/set-variables.ts';
import { duration, ownName } from '../core/schema/fields.ts';
import { parseDurationMs } from '../core/spec/duration.ts';
import { hashOf, keepTokenOf } from './token-file.ts';

const usage = `node --import tsx api/tokens.ts make --file FILE --name NAME --role viewer|operator|admin --tenant NAME|'*' [--expires 90d]
node --import tsx api/tokens.ts list
node --import tsx api/tokens.ts revoke --name NAME | --file FILE
  Needs DATABASE_URL. A new token is written to FILE, readable by its owner only; revoke ends the one in FILE, or all of that name.
  Agents' tokens are made by api/bootstrap.ts --agent CLUSTER:FILE, and listed and revoked here.`;

const file = z.string('is required').min(1);
const name = z.string('is required').min(1).max(100);

const wishes = {
  make: z.strictObject({
    file,
    name,
    role: z.enum(['viewer', 'operator', 'admin'], 'must be viewer, operator or admin'),
    tenant: z.union([z.literal('*'), ownName(30)], 'must be the name of a tenant, or * for all'),
    expires: duration('1m', '3650d').transform(parseDurationMs).optional(),
  }),
  list: z.strictObject({}),
  revoke: z.union([z.strictObject({ file }), z.strictObject({ name })], 'revoke needs --name NAME or --file FILE'),
};

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const options = { file: text, name: text, role: text, tenant: text, expires: text };
  const { values, positionals } = parseArgs({ allowPositionals: true, options });
  const act = actionOf(positionals, values);
  const url = setVariables(process.env)['DATABASE_URL'];
  if (url === undefined) throw new Error(`DATABASE_URL is not set\n${usage}`);
  const postgres = connectPostgres({ url, applicationName: 'drey-tokens', connectionsMax: 1 });
  try {
    process.stdout.write(`${await act(postgres)}\n`);
  } finally {
    await postgres.end();
  }
}

/** What to do, once everything that was said has been understood. */
function actionOf(words: readonly string[], values: object): (postgres: Postgres) => Promise<string> {
  const [command, ...more] = words;
  if (command === 'make' && more.length === 0) {
    const wish = understood(wishes.make, values);
    return (postgres) => make(postgres, wish);
  }
  if (command === 'revoke' && more.length === 0) {
    const wish = understood(wishes.revoke, values);
    return (postgres) => revoke(postgres, wish);
  }
  if (command !== 'list' || more.length > 0) throw new Error(usage);
  understood(wishes.list, values);
  return list;
}

function understood<Shape extends z.ZodType>(shape: Shape, values: object): z.output<Shape> {
  const parsed = shape.safeParse(values);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `--${path.join('.')} ${message}`,
  );
  throw new Error([...wrong, usage].join('\n'));
}

async function make(postgres: Postgres, wish: z.output<typeof wishes.make>): Promise<string> {
  const { tenant, role, expires } = wish;
  if (tenant !== '*' && !(await findTenant(postgres, tenant)))
    throw new Error(
      `Tenant ${tenant} is not known: mind how it is written, or make it first (api/bootstrap.ts --tenant ${tenant}, or PUT /v1/tenants/${tenant}).`,
    );
  const expiresAt = expires === undefined ? null : new Date(Date.now() + expires);
  const record = { name: wish.name, tenant, role, expiresAt };
  await keepTokenOf(postgres, wish.file, record);
  return `${described(record)}${expiresAt ? `, until ${expiresAt.toISOString()}` : ''}: in ${wish.file}`;
}

async function revoke(postgres: Postgres, wish: z.output<typeof wishes.revoke>): Promise<string> {
  const revoked = await revokeTokens(postgres, 'file' in wish ? { hash: hashOf(wish.file) } : wish);
  if (revoked.length > 0) return revoked.map((token) => `${described(token)}: revoked`).join('\n');
  const which = 'file' in wish ? `The token in ${wish.file}` : `A token with the name ${wish.name}`;
  throw new Error(`${which} is not known: \`api/tokens.ts list\` shows those that are.`);
}

async function list(postgres: Postgres): Promise<string> {
  const rows = (await listTokens(postgres)).map(rowOf);
  const table = [['NAME', 'ROLE', 'FOR', 'MADE', 'STATE'], ...rows];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = table.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('   '));
  return lines.map((line) => line.trimEnd()).join('\n');
}

function rowOf({ name: called, role, tenant, cluster, createdAt, state, endsAt }: ListedToken): string[] {
  const since = endsAt === null ? '' : `${state === 'valid' ? ' until' : ''} ${endsAt.toISOString()}`;
  return [called, role, cluster ? `cluster ${cluster}` : tenant, createdAt.toISOString(), `${state}${since}`];
}

function described({ name: called, role, tenant, cluster }: TokenRecord): string {
  const whose = cluster ? `of cluster ${cluster}` : tenant === '*' ? 'of all tenants' : `of tenant ${tenant}`;
  return `${called}, ${role} ${whose}`;
}

/** PostgreSQL's word for a table that is not there. */
const undefinedTable = '42P01';

try {
  await main();
} catch (error) {
  const isEmpty = error instanceof Error && 'code' in error && error.code === undefinedTable;
  const why = isEmpty ? 'This database has no tables of Drey yet: run api/bootstrap.ts first.' : String(error);
  process.stderr.write(`${why.replace(/^Error: /, '')}\n`);
  process.exitCode = 1;
}
