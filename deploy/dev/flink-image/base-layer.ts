/**
 * The layer that all Flink images share: Debian's Java and a shell, unpacked from packages without a package manager
 * in it. Unpacking takes seconds where debootstrap takes half a minute, and leaves out fonts, Perl and documentation.
 */
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../process.ts';
import { runInRoot } from './chroot.ts';
import { packLayer } from './layers.ts';
import { keyOf, madeOnce, type Progress } from './tools.ts';

/** Where the layer's Java lies. */
export const javaHome = `/usr/lib/jvm/java-17-openjdk-${process.arch === 'arm64' ? 'arm64' : 'amd64'}`;

/** The packages of the layer; what else they depend on is not needed by what runs here. */
const packages = (
  'base-files base-passwd bash ca-certificates ca-certificates-java coreutils dash debianutils diffutils findutils ' +
  'gettext-base grep gzip hostname libacl1 libattr1 libaudit1 libblkid1 libbz2-1.0 libc-bin libc6 libcap-ng0 libcap2 ' +
  'libcrypt1 libgcc-s1 libgcrypt20 libgmp10 libgpg-error0 libjemalloc2 liblz4-1 liblzma5 libmount1 libncursesw6 ' +
  'libpcre2-8-0 libproc2-0 libselinux1 libsmartcols1 libssl3 libstdc++6 libsystemd0 libtinfo6 libudev1 libuuid1 ' +
  'libzstd1 mawk netbase openjdk-17-jre-headless procps sed tar util-linux zlib1g'
).split(' ');

const leftOut = [
  ...['doc', 'man', 'locale', 'info', 'lintian', 'bash-completion', 'zsh'].map((name) => `./usr/share/${name}/*`),
  './usr/lib/x86_64-linux-gnu/gconv/*',
  // Only a compiler needs the first, only heaps over 32 GB could use the second.
  '*/ct.sym',
  '*/classes_nocoops.jsa',
];

/** The base layer as a tar, made if it is not in the cache. Its packages are those of the day it was made. */
export function baseLayer(cacheDir: string, progress: Progress): Promise<string> {
  const key = keyOf([process.arch, ...packages, ...leftOut], [import.meta.filename]);
  return madeOnce(join(cacheDir, `base-${key}.tar`), async (work) => {
    progress('fetching the base packages');
    const archives = await fetchPackages(work, progress);
    progress('unpacking the base layer');
    const root = join(work, 'root');
    await unpackPackages(archives, root);
    await settle(root);
    return packLayer(root, ['.'], join(work, 'layer.tar'));
  });
}

/** Downloads with apt, so that its signatures are checked; an empty status makes it fetch what this machine has, too. */
async function fetchPackages(work: string, progress: Progress): Promise<string> {
  const archives = join(work, 'archives');
  mkdirSync(join(archives, 'partial'), { recursive: true });
  writeFileSync(join(work, 'status'), '');
  const options = [`Dir::State::status=${join(work, 'status')}`, `Dir::Cache::archives=${archives}`];
  const settings = [...options, 'Debug::NoLocking=1', 'APT::Sandbox::User=root'].flatMap((option) => ['-o', option]);
  const install = ['install', '-qq', '-y', '--no-install-recommends', '--download-only', ...packages];
  const download = () => runCommand('apt-get', [...settings, ...install], { timeoutMs: 600_000 });
  await download().catch(async () => {
    progress('refreshing the package lists');
    await runCommand('apt-get', ['update', '-qq'], { timeoutMs: 300_000 });
    await download();
  });
  return archives;
}

async function unpackPackages(archives: string, root: string): Promise<void> {
  for (const folder of ['bin', 'sbin', 'lib', 'lib64']) {
    mkdirSync(join(root, 'usr', folder), { recursive: true });
    symlinkSync(`usr/${folder}`, join(root, folder));
  }
  const files = readdirSync(archives);
  for (const name of packages) {
    const file = files.find((candidate) => candidate.startsWith(`${name}_`));
    if (!file) throw new Error(`apt did not fetch ${name}`);
    const excludes = leftOut.map((pattern) => `--exclude='${pattern}'`).join(' ');
    const untar = `tar -x -C "$2" --keep-directory-symlink --no-same-owner ${excludes}`;
    await runCommand('sh', ['-c', `dpkg-deb --fsys-tarfile "$1" | ${untar}`, 'unpack', join(archives, file), root]);
  }
}

/** Does the little of the packages' own set-up that is needed here. */
async function settle(root: string): Promise<void> {
  for (const folder of ['tmp', 'var/tmp', 'proc', 'sys', 'dev', 'etc/ssl/certs/java'])
    mkdirSync(join(root, folder), { recursive: true });
  await runCommand('chmod', ['1777', join(root, 'tmp'), join(root, 'var/tmp')]);
  // No program of an unprivileged container may gain rights.
  await runCommand('find', [root, '-xdev', '-type', 'f', '-perm', '/6000', '-exec', 'chmod', 'ug-s', '{}', '+']);
  for (const name of ['passwd', 'group'])
    copyFileSync(join(root, `usr/share/base-passwd/${name}.master`), join(root, 'etc', name));
  appendFileSync(join(root, 'etc/passwd'), 'flink:x:9999:9999:flink:/opt/flink:/bin/bash\n');
  appendFileSync(join(root, 'etc/group'), 'flink:x:9999:\n');
  writeFileSync(join(root, 'etc/hosts'), '127.0.0.1 localhost\n::1 localhost\n');
  writeFileSync(join(root, 'etc/nsswitch.conf'), 'passwd: files\ngroup: files\nhosts: files dns\n');
  symlinkSync(`${javaHome}/bin/java`, join(root, 'usr/bin/java'));
  symlinkSync(`${javaHome}/bin/keytool`, join(root, 'usr/bin/keytool'));
  symlinkSync('mawk', join(root, 'usr/bin/awk'));
  await trustCertificates(root);
}

async function trustCertificates(root: string): Promise<void> {
  const folder = 'usr/share/ca-certificates/mozilla';
  const names = readdirSync(join(root, folder)).toSorted();
  const bundle = names.map((name) => readFileSync(join(root, folder, name), 'utf8')).join('');
  writeFileSync(join(root, 'etc/ssl/certs/ca-certificates.crt'), bundle);
  const importer = '/usr/share/ca-certificates-java/ca-certificates-java.jar';
  const input = names.map((name) => `+/${folder}/${name}\n`).join('');
  await runInRoot(root, ['java', '-Xmx64m', '-jar', importer, '-storepass', 'changeit'], { user: 'root', input });
}
