/** The one who asks. */
import type { TokenRecord } from '../clients/postgres/tokens.ts';

/** The token's name, tenant (`*`: all) and role, and of an agent its cluster. */
export type Principal = Pick<TokenRecord, 'name' | 'tenant' | 'role' | 'cluster'>;
