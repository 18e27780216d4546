/**
 * Where an agent's outgoing request meets a waiting reader. The API has no way into clusters, so it hands out a ticket
 * through a workflow, and the agent brings the log to it.
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { createDeferred } from './deferred.ts';

/** How long an agent has to come. */
const ticketLifeMs = 60_000;

/** Taken to its end, or not: nobody reads any more. */
export type StreamOutcome = 'complete' | 'abandoned';

export interface AwaitedStream {
  /** 32 random bytes: who knows it may bring the stream, once. */
  readonly ticket: string;
  /** The agent's request; rejects when the ticket is too old. */
  readonly arrival: Promise<IncomingMessage>;
  /** Ends the ticket, and tells the agent what became of its stream. */
  finish(outcome: StreamOutcome): void;
}

export interface Streams {
  expect(): AwaitedStream;
  /** Gives the request to the reader and resolves when that is done with it; undefined when nobody waits for it. */
  deliver(ticket: string, request: IncomingMessage): Promise<StreamOutcome> | undefined;
}

interface Waiting {
  readonly arrive: (request: IncomingMessage) => void;
  readonly finished: Promise<StreamOutcome>;
}

/** Makes an empty meeting place, in memory: agents must reach this very process. */
export function createStreams(): Streams {
  const waiting = new Map<string, Waiting>();
  return {
    expect: () => expectStream(waiting),
    deliver(ticket, request) {
      const reader = waiting.get(ticket);
      reader?.arrive(request);
      return reader?.finished;
    },
  };
}

function expectStream(waiting: Map<string, Waiting>): AwaitedStream {
  const ticket = randomBytes(32).toString('base64url');
  const arrival = createDeferred<IncomingMessage>();
  const finished = createDeferred<StreamOutcome>();
  const spend = () => {
    clearTimeout(timer);
    waiting.delete(ticket);
  };
  const timer = setTimeout(() => {
    spend();
    arrival.reject(new Error('no agent brought the log in time'));
  }, ticketLifeMs);
  const arrive = (request: IncomingMessage) => {
    spend();
    arrival.resolve(request);
  };
  waiting.set(ticket, { arrive, finished: finished.promise });
  return {
    ticket,
    arrival: arrival.promise,
    finish: (outcome) => {
      spend();
      finished.resolve(outcome);
    },
  };
}
