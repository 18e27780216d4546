/** Reading and changing single objects and lists. */
import { managerName } from '../../core/names.ts';
import type { ChangeOptions, CallOptions, InvolvedObject, KubernetesClient, RawRequest, Selection } from './client.ts';
import { refusal, type Connection } from './connection.ts';
import { isNotFound, KubernetesError } from './errors.ts';
import { parseAs } from './parse.ts';
import { apiVersionOf, isKind, resourcePath, type AppliedObject, type Kind, type ObjectOf } from './kinds.ts';

/** Objects a page: large lists come in pieces, so that no answer grows without a bound. */
const pageSize = 500;

interface Page<K extends Kind> {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: ObjectOf<K>[];
}

/** The functions of KubernetesClient that are one request (or a few pages). */
export function objectCalls(connection: Connection) {
  return {
    apply: async (object, { fieldManager = managerName, force = true, dryRun = false, ...call } = {}) => {
      const query = new URLSearchParams({ fieldManager, force: String(force), ...(dryRun && { dryRun: 'All' }) });
      const path = `${appliedPath(object)}?${query.toString()}`;
      return patch(connection, {
        ...call,
        path,
        ...jsonBody(object, 'application/apply-patch+yaml'),
      });
    },
    get: async (kind, namespace, name, call = {}) => {
      const found = requestObject<ObjectOf<typeof kind>>(connection, {
        ...call,
        method: 'GET',
        path: resourcePath(kind, namespace, name),
      });
      return found.catch((error: unknown) => {
        if (isNotFound(error)) return undefined;
        throw error;
      });
    },
    list: async (kind, namespace, selection = {}, call = {}) =>
      (await listAll(connection, kind, namespace, selection, call)).items,
    delete: async (
      kind,
      namespace,
      name,
      { uidPrecondition, propagation = 'Background', gracePeriodSeconds, ...call } = {},
    ) => {
      const options = {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: propagation,
        gracePeriodSeconds,
        ...(uidPrecondition !== undefined && { preconditions: { uid: uidPrecondition } }),
      };
      try {
        await request(connection, {
          ...call,
          method: 'DELETE',
          path: resourcePath(kind, namespace, name),
          ...jsonBody(options),
        });
        return true;
      } catch (error) {
        if (isNotFound(error)) return false;
        throw error;
      }
    },
    scale: (kind, namespace, name, replicas, options = {}) => {
      const spec = kind === 'Job' ? { parallelism: replicas } : { replicas };
      return merge(connection, kind, namespace, name, { spec }, options);
    },
    merge: (...change) => merge(connection, ...change),
    annotate: (kind, namespace, name, annotations, options = {}) =>
      merge(connection, kind, namespace, name, { metadata: { annotations } }, options),
    changeData: (namespace, name, data, options) => merge(connection, 'ConfigMap', namespace, name, { data }, options),
    events: async (namespace, involved = {}, call = {}) => {
      const { items } = await listAll(
        connection,
        'Event',
        namespace,
        { fieldSelector: involvedSelector(involved) },
        call,
      );
      return items.toSorted((one, other) => timeOf(one).localeCompare(timeOf(other)));
    },
  } satisfies Partial<KubernetesClient>;
}

/** All objects of a selection, and the version at which they were read: a watch goes on from there. */
export async function listAll<K extends Kind>(
  connection: Connection,
  kind: K,
  namespace: string,
  selection: Selection,
  call: CallOptions,
): Promise<{ items: ObjectOf<K>[]; resourceVersion: string }> {
  const items: ObjectOf<K>[] = [];
  let next: string | undefined;
  for (;;) {
    const query = selectionQuery(selection, { limit: String(pageSize), ...(next && { continue: next }) });
    const path = `${resourcePath(kind, namespace)}?${query.toString()}`;
    const page = await request<Page<K>>(connection, { ...call, method: 'GET', path });
    for (const item of page.items) items.push(tidied({ ...item, apiVersion: apiVersionOf(kind), kind }));
    next = page.metadata.continue;
    if (!next) return { items, resourceVersion: page.metadata.resourceVersion };
  }
}

/** The query of a list or watch. */
export function selectionQuery(selection: Selection, more: Record<string, string>): URLSearchParams {
  const query = new URLSearchParams(more);
  const fields = [selection.fieldSelector, selection.name && `metadata.name=${selection.name}`]
    .filter(Boolean)
    .join(',');
  if (selection.labelSelector) query.set('labelSelector', selection.labelSelector);
  if (fields) query.set('fieldSelector', fields);
  return query;
}

/** Takes out of an object what nobody here reads and what is often its greater part. */
export function tidied<T extends { metadata?: { managedFields?: unknown } }>(object: T): T {
  delete object.metadata?.managedFields;
  return object;
}

/** Sends a request and answers what came back. @throws KubernetesError */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows what it asked for
async function request<T>(connection: Connection, raw: RawRequest): Promise<T> {
  const answer = await connection.send(raw);
  if (answer.status < 200 || answer.status > 299) throw refusal(answer.status, answer.body);
  return parseAs<T>(answer.body);
}

async function requestObject<T extends { metadata?: { managedFields?: unknown } }>(
  connection: Connection,
  raw: RawRequest,
): Promise<T> {
  return tidied(await request<T>(connection, raw));
}

function merge<K extends Kind>(
  connection: Connection,
  kind: K,
  namespace: string,
  name: string,
  change: { metadata?: object; spec?: object; data?: object },
  { resourceVersion, uid, ...call }: ChangeOptions = {},
): Promise<ObjectOf<K>> {
  const metadata = { ...change.metadata, ...(resourceVersion && { resourceVersion }), ...(uid && { uid }) };
  const path = `${resourcePath(kind, namespace, name)}?fieldManager=${managerName}`;
  const body = jsonBody({ ...change, metadata }, 'application/merge-patch+json');
  return patch(connection, { ...call, path, ...body });
}

/** Sends a patch and says of two refusals what they are: the API server has other words for them. */
async function patch<T extends { metadata?: { managedFields?: unknown } }>(
  connection: Connection,
  raw: Omit<RawRequest, 'method'>,
): Promise<T> {
  try {
    return await requestObject(connection, { ...raw, method: 'PATCH' });
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    const { status, message } = error;
    // Another uid is an invalid change here, where it is a conflict in a deletion.
    if (status === 422 && message.includes('metadata.uid'))
      throw new KubernetesError(409, 'Conflict', message, { cause: error });
    // An unknown or doubled field is an internal error (500) to server-side apply; repeating it would not mend it.
    if (status === 500 && message.includes('failed to create typed patch object')) {
      throw new KubernetesError(422, 'Invalid', message, { cause: error });
    }
    throw error;
  }
}

function appliedPath({ kind, apiVersion, metadata }: AppliedObject): string {
  if (!isKind(kind) || apiVersionOf(kind) !== apiVersion)
    throw new TypeError(`cannot apply ${apiVersion} ${kind}: not a known kind`);
  return resourcePath(kind, metadata.namespace ?? '', metadata.name);
}

function jsonBody(value: unknown, contentType = 'application/json') {
  return { body: JSON.stringify(value), contentType };
}

function involvedSelector(involved: InvolvedObject): string {
  const fields = Object.entries(involved).filter(([, value]) => value !== undefined);
  return fields.map(([field, value]) => `involvedObject.${field}=${value}`).join(',');
}

function timeOf(event: ObjectOf<'Event'>): string {
  return event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? '';
}
