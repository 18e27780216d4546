/** A fleet as a benchmark uses it: what plays its JobManagers listens, and all is taken away at the end. */
import { nodeIdentity } from '../../deploy/dev/cluster-node.ts';
import { rememberedCluster } from '../../deploy/dev/cluster.ts';
import { addressesOf } from '../../deploy/dev/kubernetes/layout.ts';
import { stackPaths } from '../../deploy/dev/paths.ts';
import { ports } from '../../core/flink/configuration-ports.ts';
import type { RecoveryPolicy } from './fleet-job.ts';
import { FleetMaker } from './fleet-maker.ts';
import { PlayedFleet } from './played-fleet.ts';
import type { StackParts } from './stack-parts.ts';
import type { BenchStack } from './support.ts';

export interface FleetWish {
  readonly policy: RecoveryPolicy;
  /** This machine's own address as the API server sees it, where the stack's cluster is no node on this machine. */
  readonly address?: string | undefined;
  readonly say: (line: string) => void;
}

export interface BenchFleet {
  readonly played: PlayedFleet;
  readonly maker: FleetMaker;
}

/** Runs `use` with an empty fleet. Whatever becomes of it, nothing of the fleet is left. */
export async function withFleet<Result>(
  { kubernetes }: Pick<BenchStack, 'kubernetes'>,
  parts: StackParts,
  wish: FleetWish,
  use: (fleet: BenchFleet) => Promise<Result>,
): Promise<Result> {
  const address = wish.address ?? ownAddress();
  const played = new PlayedFleet();
  await played.listen(address, ports.rest);
  const maker = new FleetMaker({ kubernetes, parts, played, address, say: wish.say }, wish.policy);
  try {
    await maker.begin();
    return await use({ played, maker });
  } finally {
    wish.say('taking the fleet away');
    await maker.clear();
    await played.close();
    const missing = played.notPlayed();
    if (Object.keys(missing).length > 0) wish.say(`asked for and not recorded: ${JSON.stringify(missing)}`);
  }
}

/** @throws where the cluster is not a node on this machine. */
function ownAddress(): string {
  const paths = stackPaths('dev');
  if (rememberedCluster(paths)?.kind === 'node') return addressesOf(nodeIdentity(paths).index).host;
  throw new Error('say with --address at which address of this machine the API server of the cluster reaches it');
}
