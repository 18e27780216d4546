/** Calls the API as its users do. */

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // Tests know what they asked for, and fail on what is missing.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sends another token, or none. */
  readonly token?: string | null;
}

export type Caller = (method: string, path: string, options?: CallOptions) => Promise<Answer>;

/** Strings and buffers are sent as they are, with the content type that `headers` name; everything else as JSON. */
export function createCaller(url: string, token: string): Caller {
  return async (method, path, options = {}) => {
    const isRaw = typeof options.body === 'string' || options.body instanceof Uint8Array;
    const sent = options.token === undefined ? token : options.token;
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(sent === null ? {} : { authorization: `Bearer ${sent}` }),
        ...(options.body !== undefined && !isRaw ? { 'content-type': 'application/json' } : {}),
        ...options.headers,
      },
      body: isRaw ? (options.body as string) : options.body === undefined ? null : JSON.stringify(options.body),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  };
}
