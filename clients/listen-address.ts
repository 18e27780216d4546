/** Where a process listens, as settings say it. */
import { z } from 'zod';

/** `HOST:PORT`, such as `127.0.0.1:8080` or `[::1]:8080`; port 0 is any free one. */
export function listenAddress() {
  return z
    .string()
    .regex(/^(?:\[[0-9a-fA-F:]+\]|[^:[\]]+):\d{1,5}$/, 'must be HOST:PORT, such as 127.0.0.1:8080')
    .transform((text) => {
      const colon = text.lastIndexOf(':');
      return { host: text.slice(0, colon).replaceAll(/[[\]]/g, ''), port: Number(text.slice(colon + 1)) };
    })
    .refine(({ port }) => port <= 65_535, 'has a port above 65535');
}

export type ListenAddress = z.output<ReturnType<typeof listenAddress>>;
