/**
 * Kubernetes's strategic merge of a patch into a pod template: maps are merged by key, some lists by the name of their
 * elements, all other lists and values are replaced.
 */

type Fields = Readonly<Record<string, unknown>>;

interface ListRule {
  /** The field that tells one element from another. */
  readonly key: string;
  /** Elements keep only the fields that the patch names: a volume has one source, so a new one takes the old one's place. */
  readonly retainKeys?: true;
}

/** The lists of a pod template that have a `patchMergeKey` in the Kubernetes API. No two fields of one name differ in it. */
const mergedLists: Readonly<Record<string, ListRule>> = {
  containers: { key: 'name' },
  initContainers: { key: 'name' },
  ephemeralContainers: { key: 'name' },
  env: { key: 'name' },
  volumes: { key: 'name', retainKeys: true },
  volumeMounts: { key: 'mountPath' },
  volumeDevices: { key: 'devicePath' },
  ports: { key: 'containerPort' },
  imagePullSecrets: { key: 'name' },
  hostAliases: { key: 'ip' },
  topologySpreadConstraints: { key: 'topologyKey' },
  schedulingGates: { key: 'name' },
  resourceClaims: { key: 'name', retainKeys: true },
  ownerReferences: { key: 'uid' },
};

/** Lists of plain values that are united instead of replaced. */
const unitedLists: ReadonlySet<string> = new Set(['finalizers']);

/** `base` with `patch` merged into it. Neither is changed. */
export function strategicMerge<T extends object>(base: T, patch: object): T {
  // Merging keeps what is not in the patch; what a user's template turns into nonsense, the API server refuses.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return mergeFields(Object.fromEntries(Object.entries(base)), Object.fromEntries(Object.entries(patch))) as T;
}

function mergeFields(base: Fields, patch: Fields): Fields {
  if (patch['$patch'] === 'replace') return mergeFields({}, without(patch, '$patch'));
  const merged: Record<string, unknown> = retained(base, patch);
  for (const [field, value] of Object.entries(patch)) {
    if (field.startsWith('$')) continue;
    const result = mergeValue(field, merged[field], value);
    if (result === undefined) delete merged[field];
    else merged[field] = result;
  }
  return applyListDirectives(merged, patch);
}

/** The new value of a field, or undefined where it is to go. */
function mergeValue(field: string, base: unknown, patch: unknown): unknown {
  if (patch === null || patch === undefined) return undefined;
  if (Array.isArray(patch)) return mergeList(field, Array.isArray(base) ? base : [], patch);
  if (!isFields(patch)) return patch;
  if (patch['$patch'] === 'delete') return undefined;
  return mergeFields(isFields(base) ? base : {}, patch);
}

function mergeList(field: string, base: readonly unknown[], patch: readonly unknown[]): readonly unknown[] {
  if (unitedLists.has(field)) return [...new Set([...base, ...patch])];
  const rule = mergedLists[field];
  if (rule === undefined) return patch.map(withoutDirectives);
  // As in Kubernetes, one element with `$patch: replace` replaces the whole list by those without a directive.
  if (patch.some((element) => isFields(element) && element['$patch'] === 'replace')) {
    return patch.filter((element) => !isFields(element) || !('$patch' in element)).map(withoutDirectives);
  }
  return patch.reduce<readonly unknown[]>((list, element) => mergeElement(rule, list, element), base);
}

/** Puts one element of the patch into a list: in the place of its namesake, or at the end. */
function mergeElement(rule: ListRule, list: readonly unknown[], element: unknown): readonly unknown[] {
  if (!isFields(element)) return [...list, element];
  const isNamesake = (each: unknown) => isFields(each) && rule.key in element && each[rule.key] === element[rule.key];
  if (element['$patch'] === 'delete') return list.filter((each) => !isNamesake(each));
  const index = list.findIndex(isNamesake);
  const found = list[index];
  if (!isFields(found)) return [...list, mergeFields({}, element)];
  return list.with(index, mergeFields(rule.retainKeys ? pick(found, Object.keys(element)) : found, element));
}

/** `$retainKeys`: the fields of the base that stay. */
function retained(base: Fields, patch: Fields): Record<string, unknown> {
  const names: unknown = patch['$retainKeys'];
  return Array.isArray(names) ? pick(base, names) : { ...base };
}

/** `$deleteFromPrimitiveList/<field>` and `$setElementOrder/<field>`. */
function applyListDirectives(fields: Fields, patch: Fields): Fields {
  const result: Record<string, unknown> = { ...fields };
  for (const [directive, given] of Object.entries(patch)) {
    const [kind, field = ''] = directive.split('/', 2);
    const list = result[field];
    if (!Array.isArray(given) || !Array.isArray(list)) continue;
    if (kind === '$deleteFromPrimitiveList') result[field] = list.filter((each) => !given.includes(each));
    if (kind === '$setElementOrder') result[field] = inOrder(field, list, given);
  }
  return result;
}

/** The elements that `order` names, in its order, and then the others. */
function inOrder(field: string, list: readonly unknown[], order: readonly unknown[]): readonly unknown[] {
  const key = mergedLists[field]?.key;
  const nameOf = (each: unknown) => (key !== undefined && isFields(each) ? each[key] : each);
  const names = order.map(nameOf);
  const rank = (each: unknown) => (names.includes(nameOf(each)) ? names.indexOf(nameOf(each)) : names.length);
  return list.toSorted((one, other) => rank(one) - rank(other));
}

/** A value with nothing to merge into: its directives and nulls go. */
function withoutDirectives(value: unknown): unknown {
  return isFields(value) ? mergeFields({}, value) : value;
}

function pick(fields: Fields, names: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name)));
}

function without(fields: Fields, name: string): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([each]) => each !== name));
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
