/** Path parameters, with the rules that specs have for the same names. */
import { z } from 'zod';
import { dnsLabel, ownName } from '../core/schema/fields.ts';
import { Problem } from './problem.ts';
import { wholeNumber } from './whole-number.ts';

export const tenantParams = z.object({ tenant: ownName(30).describe('Name of the tenant.') });
export const jobParams = tenantParams.extend({ name: ownName(40).describe('Name of the job.') });
export const clusterParams = z.object({ cluster: dnsLabel().describe('Name of the cluster.') });

/** The number of an operation, or of the savepoint that it took. */
export const operationNumber = wholeNumber(1, 2_147_483_647, 'is larger than any operation number');

export const savepointParams = jobParams.extend({
  number: operationNumber.describe('That of the operation that took it.'),
});

/** Says which job of a name is meant: names are used again. */
export const uidQuery = {
  uid: z
    .string()
    .regex(/^[a-z][a-z0-9]{7}$/, 'must be the uid of a job: 8 small letters and digits, the first a letter')
    .optional()
    .describe('Of the job that is meant, which may be removed. Without it, the newest job of this name.'),
};

/** Of a range that ends before it begins. */
export function badRange(): Problem {
  const cure = 'Give a `from` that is earlier.';
  const problem = { path: 'query.from', message: 'is not before `to`', hint: cure };
  return new Problem('INVALID_PARAMETER', 'query.from is not before `to`.', { cure, problems: [problem] });
}

/** A moment of a range in a query. */
export const moment = () =>
  z.iso.datetime({ offset: true, error: 'must be a time such as 2026-01-31T12:00:00Z' }).optional();
