/** A TCP proxy on the loopback interface whose connections can be cut, as a network or a restarting server does. */
import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';

export interface CuttableProxy {
  readonly port: number;
  /** Connections made so far. */
  readonly made: number;
  /** Connections that are open now. */
  readonly open: number;
  /** Ends all connections at once. */
  cut(): void;
  /** While refusing, new connections are ended as soon as they are made. */
  refuse(refusing: boolean): void;
  /** While silent, nothing passes, and nobody is told: as when packets are lost on their way. */
  silence(isSilent: boolean): void;
  stop(): Promise<void>;
}

interface Link {
  readonly incoming: Socket;
  readonly outgoing: Socket;
}

/** Starts a proxy to a server. */
export async function startCuttableProxy(target: {
  readonly host: string;
  readonly port: number;
}): Promise<CuttableProxy> {
  const links = new Set<Link>();
  let refusing = false;
  let isSilent = false;
  let made = 0;
  const server = createServer((incoming) => {
    made += 1;
    if (refusing) {
      incoming.destroy();
      return;
    }
    const link = { incoming, outgoing: connect(target) };
    links.add(link);
    endTogether(link, () => links.delete(link));
    if (!isSilent) flow(link);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const cut = () => {
    for (const { incoming } of links) incoming.destroy();
  };
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    get made() {
      return made;
    },
    get open() {
      return links.size;
    },
    cut,
    refuse: (now) => {
      refusing = now;
    },
    silence: (now) => {
      if (now === isSilent) return;
      isSilent = now;
      for (const link of links) (isSilent ? halt : flow)(link);
    },
    stop: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}

function endTogether({ incoming, outgoing }: Link, onEnd: () => void): void {
  for (const [one, other] of [
    [incoming, outgoing],
    [outgoing, incoming],
  ] as const) {
    one.on('error', () => undefined);
    one.on('close', () => {
      other.destroy();
      onEnd();
    });
  }
}

function flow({ incoming, outgoing }: Link): void {
  incoming.pipe(outgoing);
  outgoing.pipe(incoming);
}

/** What has come is kept, and what comes waits in the system's buffers. */
function halt({ incoming, outgoing }: Link): void {
  incoming.unpipe(outgoing).pause();
  outgoing.unpipe(incoming).pause();
}
