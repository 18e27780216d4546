/** Path parameters, with the rules that specs have for the same names. */
import { z } from 'zod';
import { dnsLabel, ownName } from '../core/schema/fields.ts';

export const tenantParams = z.object({ tenant: ownName(30).describe('Name of the tenant.') });
export const jobParams = tenantParams.extend({ name: ownName(40).describe('Name of the job.') });
export const clusterParams = z.object({ cluster: dnsLabel().describe('Name of the cluster.') });
