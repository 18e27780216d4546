/** A promise with its ends in hand; `Promise.withResolvers` comes with Node 22. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: Error) => void;
}

const nothing = () => undefined;

/** Makes one. A rejection that nobody looks at does not end the process. */
export function createDeferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = nothing;
  let reject: (reason: Error) => void = nothing;
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  promise.catch(nothing);
  return { promise, resolve, reject };
}
