/** Tenants, and which clusters and namespaces each may use. */
import { z } from 'zod';
import { describingText } from '../describing-text.ts';
import { findTenant, listTenants, saveTenant } from '../../clients/postgres/tenants.ts';
import { sharedQuotaSchema } from '../../core/schema/quota.ts';
import { pageOf, tenantAnswer } from '../answer-shapes.ts';
import { grantSchema } from '../grants.ts';
import { tenantParams } from '../job-params.ts';
import { Problem } from '../problem.ts';
import { defineRoute, type Route } from '../route.ts';

const list = defineRoute({
  method: 'get',
  path: '/v1/tenants',
  role: 'viewer',
  everyTenant: true,
  summary: 'List the tenants',
  answers: { 200: { description: 'All tenants, by name', schema: pageOf(tenantAnswer) } },
  handle: async ({ postgres }) => ({ body: { items: await listTenants(postgres) } }),
});

const get = defineRoute({
  method: 'get',
  path: '/v1/tenants/{tenant}',
  role: 'viewer',
  summary: 'Read a tenant',
  params: tenantParams,
  answers: { 200: { description: 'The tenant and what it may use', schema: tenantAnswer } },
  handle: async ({ postgres }, { params }) => {
    const tenant = await findTenant(postgres, params.tenant);
    if (tenant) return { body: tenant };
    throw new Problem('NO_SUCH_TENANT', `There is no tenant ${params.tenant}.`, {
      cure: 'GET /v1/tenants lists them, for tokens of all tenants; an administrator makes one with PUT.',
    });
  },
});

const put = defineRoute({
  method: 'put',
  path: '/v1/tenants/{tenant}',
  role: 'admin',
  everyTenant: true,
  summary: 'Make a tenant, or change what it may use',
  description: 'Its grants and its quota become exactly the given ones. Jobs that run already are left alone.',
  params: tenantParams,
  body: z.strictObject({
    description: describingText(),
    grants: z.array(grantSchema).max(1000).default([]),
    quota: sharedQuotaSchema.optional(),
  }),
  answers: {
    200: { description: 'The tenant was changed', schema: tenantAnswer },
    201: { description: 'The tenant was made', schema: tenantAnswer },
  },
  handle: async ({ postgres, tenants }, { params, body }) => {
    const created = await saveTenant(postgres, { name: params.tenant, ...body });
    return { status: created ? 201 : 200, body: await tenants.refresh(params.tenant) };
  },
});

export const tenantRoutes: readonly Route[] = [list, get, put];
