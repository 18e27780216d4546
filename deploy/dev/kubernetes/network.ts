/** The link between this machine and a node's own network. Nothing here can be reached from other machines. */
import { existsSync, readFileSync } from 'node:fs';
import { runCommand } from '../process.ts';
import { addressesOf, type NodeAddresses, type NodeIdentity } from './layout.ts';
import { runInNode } from './namespace.ts';

const nodeInterface = 'eth0';

/** The interface that init waits for. */
export const awaitedInterface = nodeInterface;

/** Makes the link, addresses and routes that are missing; `pid` is the node's init. */
export async function connectNode(identity: NodeIdentity, pid: number): Promise<void> {
  const addresses = addressesOf(identity.index);
  if (await isConnected(identity, addresses)) return;
  await disconnectNode(identity);
  const { hostInterface: link, host, linkPrefix } = addresses;
  await ip([
    `link add ${link} type veth peer name ${nodeInterface} netns ${pid}`,
    `link set ${link} alias ${identity.stateDir}`,
    `address add ${host}/${linkPrefix} dev ${link}`,
    `link set ${link} up`,
  ]);
  await refuseForwarded(identity, host);
  await connectInside(identity, addresses);
  await ip([addresses.services, addresses.pods].map((range) => `route replace ${range} via ${addresses.node}`));
}

/** Removes the host's end, and with it the node's end and the routes. */
export async function disconnectNode(identity: NodeIdentity): Promise<void> {
  const link = addressesOf(identity.index).hostInterface;
  const owner = linkOwner(link);
  if (owner === undefined) return;
  if (owner !== '' && owner !== identity.stateDir)
    throw new Error(`${link} belongs to the node in ${owner}: stop that node, or use another index`);
  try {
    await ip([`link delete ${link}`]);
  } catch (error) {
    // It goes with the node's namespace too, which may end in this moment.
    if (linkOwner(link) !== undefined) throw error;
  }
}

/** The state folder of the node that a link belongs to, or undefined when there is no such link. */
export function linkOwner(link: string): string | undefined {
  const file = `/sys/class/net/${link}/ifalias`;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    // Another node's link can go while it is read.
    if (!existsSync(file)) return undefined;
    throw error;
  }
}

async function isConnected(identity: NodeIdentity, addresses: NodeAddresses): Promise<boolean> {
  if (linkOwner(addresses.hostInterface) !== identity.stateDir) return false;
  const routes = await runCommand('ip', ['route', 'show', 'dev', addresses.hostInterface]);
  const inside = await runInNode(identity, '-n', ['ip', '-o', 'address', 'show', 'up']);
  const wanted = [addresses.services, addresses.pods];
  return wanted.every((range) => routes.includes(range)) && inside.includes(`${addresses.node}/`);
}

async function connectInside(identity: NodeIdentity, addresses: NodeAddresses): Promise<void> {
  const input = lines([
    'link set lo up',
    `address add ${addresses.node}/${addresses.linkPrefix} dev ${nodeInterface}`,
    `link set ${nodeInterface} up`,
    `route add default via ${addresses.host}`,
  ]);
  await runInNode(identity, '-n', ['ip', '-batch', '-'], { input });
}

/** A machine that forwards (one with Docker, say) would let its neighbours in: only its own address may enter. */
async function refuseForwarded(identity: NodeIdentity, host: string): Promise<void> {
  const rule = ['PREROUTING', '-i', nodeInterface, '!', '-s', host, '-j', 'DROP'];
  await runInNode(identity, '-a', ['iptables', '-w', '-t', 'mangle', '-A', ...rule]);
}

async function ip(commands: readonly string[]): Promise<void> {
  await runCommand('ip', ['-batch', '-'], { input: lines(commands) });
}

function lines(commands: readonly string[]): string {
  return `${commands.join('\n')}\n`;
}
