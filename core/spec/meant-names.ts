/** Other words for fields, as people bring them along, which count only where the field that is meant stands. */

/** The fields that may be meant by a word in lower case, the likelier ones first. */
const meantBy: Readonly<Record<string, readonly string[]>> = {
  age: ['maxAge'],
  attempts: ['restarts'],
  claim: ['volumeClaim'],
  conf: ['configuration', 'options'],
  config: ['configuration', 'options'],
  configuration: ['options'],
  count: ['restarts', 'maxFailures', 'replicas'],
  duration: ['lasts', 'within'],
  enabled: ['mode', 'policy'],
  flinkconfiguration: ['options'],
  ha: ['highAvailability'],
  interval: ['every'],
  keep: ['retain'],
  limit: ['max'],
  limits: ['quota', 'max'],
  maxage: ['age'],
  maximum: ['max'],
  maxparallelism: ['max'],
  memory: ['max'],
  min: ['initial'],
  minimum: ['min', 'initial'],
  minparallelism: ['min'],
  mode: ['policy'],
  options: ['configuration'],
  period: ['every'],
  policy: ['mode'],
  prometheus: ['query'],
  properties: ['configuration', 'options'],
  removed: ['deleted'],
  resources: ['quota', 'max'],
  retention: ['retain'],
  retries: ['attempts'],
  schedule: ['cron'],
  size: ['max'],
  strategy: ['policy', 'profile'],
  target: ['utilization'],
  targetutilization: ['utilization'],
  type: ['kind', 'format'],
  value: ['target'],
  vertex: ['vertices'],
  window: ['within', 'lasts'],
};

/** Which of the fields that are known at a place is meant there by a word that is none of them. */
export function nameMeantHere(word: string, known: readonly string[]): string | undefined {
  const lower = word.toLowerCase();
  const meant = Object.hasOwn(meantBy, lower) ? meantBy[lower] : undefined;
  return meant?.find((name) => known.includes(name));
}
