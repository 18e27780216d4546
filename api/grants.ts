/** What a grant covers. */
import { z } from 'zod';
import type { Grant } from '../clients/postgres/tenants.ts';
import { dnsLabel } from '../core/schema/fields.ts';

/** Whether a grant covers a namespace of a cluster. */
export function covers(grant: Grant, cluster: string, namespace: string): boolean {
  if (grant.cluster !== cluster) return false;
  return grant.namespace.endsWith('*')
    ? namespace.startsWith(grant.namespace.slice(0, -1))
    : namespace === grant.namespace;
}

/** A grant as administrators write it. */
export const grantSchema = z.strictObject({
  cluster: dnsLabel().describe('Name of a cluster; it need not be known yet.'),
  namespace: z
    .string()
    .max(63)
    .regex(
      /^(?:\*|[a-z0-9](?:[a-z0-9-]*(?:\*|[a-z0-9]))?)$/,
      'must be a namespace, the beginning of one followed by *, or * alone',
    )
    .describe('A namespace, the beginning of one followed by `*`, or `*` for all.'),
});
