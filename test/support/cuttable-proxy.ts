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
  stop(): Promise<void>;
}

/** Starts a proxy to a server. */
export async function startCuttableProxy(target: {
  readonly host: string;
  readonly port: number;
}): Promise<CuttableProxy> {
  const sockets = new Set<Socket>();
  let refusing = false;
  let made = 0;
  const server = createServer((incoming) => {
    made += 1;
    if (refusing) {
      incoming.destroy();
      return;
    }
    const outgoing = connect(target);
    sockets.add(incoming);
    for (const [one, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      one.on('error', () => undefined);
      one.on('close', () => {
        other.destroy();
        sockets.delete(incoming);
      });
      one.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    get made() {
      return made;
    },
    get open() {
      return sockets.size;
    },
    cut,
    refuse: (now) => {
      refusing = now;
    },
    stop: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
