/** What a node needs on this machine: Debian packages, and a binary that is built once and kept. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../process.ts';
import { packPauseImage } from './images.ts';

const sources = join(import.meta.dirname, 'node');
const kubernetesVersion = 'v1.34.4';
/** As `node/go.mod` says. */
const goMinor = 24;
/** Counted once (`go list -deps . | wc -l`); only for the progress line. */
const packageCount = 2650;

/** A file that shows that a package is there, and the package. */
const packages: readonly (readonly [file: string, name: string])[] = [
  ['/usr/bin/containerd', 'containerd'],
  ['/usr/sbin/runc', 'runc'],
  ['/usr/lib/cni/ptp', 'containernetworking-plugins'],
  ['/usr/sbin/iptables', 'iptables'],
  ['/usr/sbin/conntrack', 'conntrack'],
  ['/usr/bin/socat', 'socat'],
  ['/usr/sbin/ip', 'iproute2'],
  ['/usr/bin/unshare', 'util-linux'],
  ['/usr/bin/nsenter', 'util-linux'],
  ['/usr/bin/mount', 'mount'],
];

export interface ToolsContext {
  readonly cacheDir: string;
  readonly progress: (line: string) => void;
}

export interface NodeTools {
  readonly nodeBinary: string;
  readonly pauseArchive: string;
}

/** Installs and builds what is missing; takes milliseconds when nothing is. */
export async function ensureNodeTools(context: ToolsContext): Promise<NodeTools> {
  const folder = join(context.cacheDir, `kubernetes-${sourceDigest()}`);
  const tools = { nodeBinary: join(folder, 'node'), pauseArchive: join(folder, 'pause.tar') };
  const isBuilt = existsSync(tools.pauseArchive) && existsSync(tools.nodeBinary);
  // Before anything is installed: it is the one thing that people must see to themselves.
  if (!isBuilt) await requireGo();
  await installPackages(context);
  if (isBuilt) return tools;
  mkdirSync(folder, { recursive: true });
  await build(tools.nodeBinary, '.', context);
  await build(join(folder, 'pause'), './pause', context);
  await packPauseImage(join(folder, 'pause'), tools.pauseArchive);
  return tools;
}

async function installPackages(context: ToolsContext): Promise<void> {
  const missing = [...new Set(packages.filter(([file]) => !existsSync(file)).map(([, name]) => name))];
  if (missing.length === 0) return;
  const names = missing.join(' ');
  if (process.getuid?.() !== 0) throw new Error(`the node needs root: run this as root (missing packages: ${names})`);
  if (!existsSync('/usr/bin/apt-get')) throw new Error(`install these yourself, apt-get is not here: ${names}`);
  context.progress(`installing ${names}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // Some packages would start a service of their own; the node runs its own copy.
  const install = ['install', '-y', '--no-install-recommends', '-o', 'Dpkg::Options::=--force-confold', ...missing];
  try {
    await runCommand('apt-get', install, { env });
  } catch {
    context.progress('the package lists are out of date: apt-get update');
    await runCommand('apt-get', ['update'], { env });
    await runCommand('apt-get', install, { env });
  }
}

/** @throws with the cure when there is no Go on the PATH that can build the node. */
export async function requireGo(): Promise<void> {
  const wanted = `the node is built with Go 1.${goMinor} or newer`;
  const cure = 'install it from https://go.dev/dl, put it on the PATH, and run this again';
  // Asked in the module's folder, where a somewhat older Go fetches the one that go.mod names.
  const found = await runCommand('go', ['env', 'GOVERSION'], { cwd: sources }).catch((cause: unknown) => {
    throw new Error(`${wanted}, and the PATH has none that works: ${cure}`, { cause });
  });
  if (Number(/^go1\.(\d+)/.exec(found)?.[1]) < goMinor)
    throw new Error(`${wanted}, and the PATH has ${found.trim()}: ${cure}`);
}

/** The name of the cached build: the same sources give the same binary. */
function sourceDigest(): string {
  const hash = createHash('sha256').update(process.arch).update(kubernetesVersion);
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.(go|mod|sum)$/.test(file),
  );
  for (const file of files.toSorted()) hash.update(`\0${file}\0`).update(readFileSync(join(sources, file)));
  return hash.digest('hex').slice(0, 16);
}

async function build(target: string, what: string, context: ToolsContext): Promise<void> {
  if (existsSync(target)) return;
  context.progress(`building ${target} (about four minutes on two cores, once)`);
  const version = 'k8s.io/component-base/version';
  const stamps = { gitVersion: kubernetesVersion, gitMajor: '1', gitMinor: '34', gitTreeState: 'clean' };
  const flags = ['-s', '-w', ...Object.entries(stamps).map(([name, value]) => `-X ${version}.${name}=${value}`)];
  // Collecting garbage less often and leaving debug information out save a fifth of the compiler's time.
  const env = { ...process.env, CGO_ENABLED: '0', GOGC: '800', GOFLAGS: '-mod=readonly' };
  const draft = `${target}.draft-${process.pid}`;
  let compiled = 0;
  const onLine = (line: string) => {
    if (!line.includes(' ') && ++compiled % 100 === 0)
      context.progress(`compiled ${compiled} of ${packageCount} packages`);
  };
  const args = [
    'build',
    '-v',

    '-gcflags=all=-dwarf=false',
    '-ldflags',
    flags.join(' '),
    '-o',
    draft,
    what,
  ];
  await runCommand('go', args, { cwd: sources, env, onLine });
  renameSync(draft, target);
}
