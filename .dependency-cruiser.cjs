/**
 * The rooms of docs/architecture.md at run time: who may load whom. It is run on what the compiler emits, where
 * imports of types are gone; test/tidy.test.ts holds types to the same table.
 */
const rooms = '^(core|clients|workflows|activities|workers|agent|api|cli|web|deploy|test|examples)/';

/** A rule that lets files under `from`, but not under `except`, load nothing of this repository but `may` (and themselves). */
function room(from, may, except = []) {
  const open = [from, ...may].map((path) => `^${path}`);
  const comment = `${from} may load ${may.join(', ') || 'nothing else here'}: see the table in docs/architecture.md`;
  const to = { path: rooms, pathNot: open };
  const name = `room-${from.replaceAll('/', '')}`;
  return {
    name,
    severity: 'error',
    comment,
    from: { path: `^${from}`, pathNot: except.map((path) => `^${path}`) },
    to,
  };
}

/** A rule that lets files under `from` load no packages but `may`. */
function packages(from, may, fromNot = []) {
  const allowed = may.map((each) => `node_modules/${each}/`);
  const name = `packages-${from.replaceAll('/', '')}`;
  const to = { path: 'node_modules/', pathNot: allowed };
  return {
    name,
    severity: 'error',
    comment: `${from} may use ${may.join(', ')}`,
    from: { path: `^${from}`, pathNot: fromNot },
    to,
  };
}

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'files that need each other are one file, or lack a third one',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      severity: 'error',
      comment: 'what is imported exists',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'declared-packages',
      severity: 'error',
      comment: 'a package that shipped code loads is a dependency in package.json',
      from: { path: '^(core|clients|workflows|activities|workers|agent|api|cli)/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'] },
    },
    room('core/', []),
    room('clients/', ['core/']),
    room('workflows/', ['core/']),
    room('activities/', ['core/', 'clients/']),
    room('workers/', ['workflows/', 'activities/', 'clients/', 'core/']),
    room('agent/', ['activities/', 'clients/', 'core/']),
    room('api/', ['core/', 'clients/', 'workflows/(messages|search-attributes|tail-logs)\\.']),
    room('cli/', ['core/', 'clients/drey/', 'clients/http\\.'], ['cli/advice/']),
    // Advice is for Flink clusters that no Drey has: nobody but the command line can ask those.
    room('cli/advice/', ['cli/', 'core/', 'clients/flink/']),
    room('web/', ['core/', 'clients/drey/']),
    {
      name: 'workflows-reach-no-schema',
      severity: 'error',
      comment: 'each cached workflow would instantiate the zod schemas',
      from: { path: '^workflows/' },
      to: { path: '^core/schema/', reachable: true },
    },
    {
      name: 'nobody-loads-tests',
      severity: 'error',
      comment: 'tests import everything, and nothing imports tests',
      from: { pathNot: '^test/' },
      to: { path: '^test/' },
    },
    packages('core/', ['@noble/hashes', 'croner', 'yaml'], ['^core/schema/']),
    packages('core/schema/', ['zod', '@noble/hashes']),
    packages('workflows/', ['@temporalio/workflow', '@temporalio/common', '@noble/hashes']),
    {
      name: 'core-is-free-of-node',
      severity: 'error',
      comment: 'core decides from its arguments alone',
      from: { path: '^core/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'sockets-only-in-clients',
      severity: 'error',
      comment: 'clients are the only code that opens sockets (the API listens, and workers poll through the SDK)',
      from: { path: '^(core|workflows|activities|workers|agent|cli)/' },
      to: { dependencyTypes: ['core'], path: '^(node:)?(net|http|https|http2|tls|dgram)$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
