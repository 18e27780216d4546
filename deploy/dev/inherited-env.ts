/** The caller's environment, as far as the stack's processes and commands may see it. */

/** The caller's own settings of Drey, of Temporal and of PostgreSQL must not leak: they may name another server. */
const foreignVariable = /^(DREY_|PG|TEMPORAL_|DATABASE_URL$|NODE_OPTIONS$|KUBECONFIG$)/;

/** The environment without what names servers, databases and clusters of the caller's own. */
export function inheritedEnv(from: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(from).filter(([name]) => !foreignVariable.test(name)));
}
