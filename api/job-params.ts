/** Path parameters, with the rules that specs have for the same names. */
import { z } from 'zod';
import { dnsLabel, ownName } from '../core/schema/fields.ts';

export const tenantParams = z.object({ tenant: ownName(30).describe('Name of the tenant.') });
export const jobParams = tenantParams.extend({ name: ownName(40).describe('Name of the job.') });
export const clusterParams = z.object({ cluster: dnsLabel().describe('Name of the cluster.') });

/** The number of an operation, or of the savepoint that it took. */
export const operationNumber = z.coerce
  .number('must be a whole number')
  .int('must be a whole number')
  .min(1, 'must be at least 1')
  .max(2_147_483_647, 'is larger than any operation number');
