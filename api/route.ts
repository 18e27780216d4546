/** What a route is: one entry of the table from which both the server and its OpenAPI document are made. */
import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Role } from '../clients/postgres/tokens.ts';
import type { Principal } from './principal.ts';
import type { Services } from './services.ts';

export type Method = 'get' | 'put' | 'post' | 'delete';

/** An answer; its body is sent as JSON. */
export interface Reply {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What was parsed of a request. */
export interface Call<Params = unknown, Query = unknown, Body = unknown> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** The body as it came; empty for routes that take none. */
  readonly bytes: Buffer;
  readonly principal: Principal;
  readonly request: Request;
  readonly response: Response;
  readonly requestId: string;
}

/** Gives the answer, or nothing when it has written the response itself. */
type Handle<Params, Query, Body> = (services: Services, call: Call<Params, Query, Body>) => Promise<Reply | undefined>;

interface RouteDocs {
  readonly method: Method;
  /** With `{name}` for parameters. */
  readonly path: string;
  /** Who may call it; `public` needs no token. */
  readonly role: Role | 'public';
  /** Only tokens for all tenants. */
  readonly everyTenant?: boolean;
  /** In a few words, for the OpenAPI document. */
  readonly summary: string;
  readonly description?: string;
  readonly headers?: readonly HeaderDocs[];
  /** A request without a body is as good as one with the body's defaults. */
  readonly bodyOptional?: boolean;
  /** Shown as the body's schema where the handler judges the body by itself. */
  readonly bodyShown?: z.ZodType;
  /** What a good answer holds, by status; null: no JSON. */
  readonly answers: Readonly<Record<number, { readonly description: string; readonly schema: z.ZodType | null }>>;
}

/** A request header that the route reads. */
export interface HeaderDocs {
  readonly name: string;
  readonly description: string;
}

export interface RouteWanted<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
> extends RouteDocs {
  readonly params?: Params;
  readonly query?: Query;
  /** JSON or YAML of this shape. */
  readonly body?: Body;
  readonly handle: Handle<z.output<Params>, z.output<Query>, z.output<Body>>;
}

export interface Route extends RouteDocs {
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly handle: Handle<unknown, unknown, unknown>;
}

/** Checks that a handler takes what its schemas give, and then forgets the types, so that routes fit into one table. */
export function defineRoute<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType>(
  wanted: RouteWanted<Params, Query, Body>,
): Route {
  // The server parses with these very schemas before it calls the handler.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return wanted as unknown as Route;
}
