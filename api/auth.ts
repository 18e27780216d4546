/** Who asks, and whether they may. */
import type { Request } from 'express';
import { tokenHash, type Role } from '../clients/postgres/tokens.ts';
import type { Principal } from './principal.ts';
import { Problem } from './problem.ts';
import type { Route } from './route.ts';
import type { Services } from './services.ts';

const nobody: Principal = { name: 'nobody', tenant: '', role: 'viewer' };

/** People's roles: each may do what those below it may. An agent has no rank: it may do one thing, and nobody else may. */
const ranks: Readonly<Record<Exclude<Role, 'agent'>, number>> = { viewer: 0, operator: 1, admin: 2 };

/** RFC 6750's characters; the length keeps what is hashed small. */
const bearer = /^Bearer +([A-Za-z0-9\-._~+/]{1,512}=*) *$/i;

/** The token's record. It is found by its hash, so how long that takes says nothing about the token. */
export async function authenticate(services: Services, route: Route, request: Request): Promise<Principal> {
  if (route.role === 'public') return nobody;
  const token = bearer.exec(request.get('authorization') ?? '')?.[1];
  if (token === undefined) throw notAuthenticated('The request has no bearer token.');
  const record = await services.tokens.get(tokenHash(token).toString('hex'));
  if (!record) throw notAuthenticated('The token is not known, was revoked, or has expired.');
  // One that comes from the cache may have expired since it was read.
  if (record.expiresAt && record.expiresAt.getTime() <= Date.now()) throw notAuthenticated('The token has expired.');
  return record;
}

/** What the path names, as far as rights depend on it. */
export interface Place {
  readonly tenant?: string | undefined;
  readonly cluster?: string | undefined;
}

/** Checks the role, and the tenant or the agent's cluster in the path. */
export function authorise(route: Route, principal: Principal, { tenant, cluster }: Place): void {
  if (route.role === 'public') return;
  if (route.role === 'agent' || principal.role === 'agent') return authoriseAgent(route.role, principal, cluster);
  if (ranks[principal.role] < ranks[route.role]) throw roleTooLow(route.role, principal);
  if (principal.tenant === '*') return;
  const cure = 'Use a token for all tenants.';
  if (route.everyTenant)
    throw new Problem('OTHER_TENANT', `Token ${principal.name} is for tenant ${principal.tenant} only.`, { cure });
  if (tenant !== undefined && tenant !== principal.tenant)
    throw new Problem('OTHER_TENANT', `Token ${principal.name} is for tenant ${principal.tenant}, not ${tenant}.`, {
      cure: 'Use a token for this tenant.',
    });
}

function authoriseAgent(needed: Role, principal: Principal, cluster: string | undefined): void {
  if (principal.role !== needed) throw roleTooLow(needed, principal);
  if (principal.cluster === cluster) return;
  throw new Problem('OTHER_CLUSTER', `Token ${principal.name} is for cluster ${principal.cluster}, not ${cluster}.`, {
    cure: 'Use the token of this cluster’s agent.',
  });
}

function roleTooLow(needed: Role, { name, role }: Principal): Problem {
  return new Problem('ROLE_TOO_LOW', `Token ${name} has the role ${role}; ${needed} is needed.`, {
    cure: `Use a token with the role ${needed}.`,
  });
}

function notAuthenticated(detail: string): Problem {
  return new Problem('NOT_AUTHENTICATED', detail, {
    cure: 'Send a valid token: `Authorization: Bearer <token>`.',
    headers: { 'www-authenticate': 'Bearer realm="drey"' },
  });
}
