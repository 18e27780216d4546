/** Names that people bring along from Kubernetes, Flink and other operators, and where Drey has the same thing. */

/** What to say about a field that is not known anywhere, by its name in lower case. */
const elsewhere: Readonly<Record<string, string>> = {
  annotations:
    'Annotations belong into `jobManager.podTemplate.metadata`, `taskManager.podTemplate.metadata` or `ingress`.',
  arguments: 'Use `spec.job.args`.',
  programargs: 'Use `spec.job.args`.',
  mainclass: 'Use `spec.job.entryClass`.',
  entrypointclass: 'Use `spec.job.entryClass`.',
  jaruri: 'Use `spec.job.jarUri`.',
  jarname: 'Use `spec.job.jarUri`.',
  jarfile: 'Use `spec.job.jarUri`.',
  jar: 'Use `spec.job.jarUri`.',
  flinkversion: "Use `spec.flink.version`, such as '2.3'.",
  flinkconfiguration: 'Use `spec.flink.configuration`.',
  flinkconfig: 'Use `spec.flink.configuration`.',
  flinkproperties: 'Use `spec.flink.configuration`.',
  serviceaccountname: 'Use `spec.serviceAccount`.',
  taskslots: 'Use `spec.taskManager.slots`.',
  numberoftaskslots: 'Use `spec.taskManager.slots`.',
  taskmanagers: 'Use `spec.taskManager.replicas`.',
  resource: 'Use `resources` with `requests` and `limits`, as in Kubernetes.',
  resources: 'Use `resources` of `spec.jobManager` and `spec.taskManager`.',
  memory: 'Use `resources.limits.memory`.',
  cpu: 'Use `resources.requests.cpu`.',
  checkpointsdir: 'Use `spec.storage.checkpoints`.',
  savepointsdir: 'Use `spec.storage.savepoints`.',
  savepointdir: 'Use `spec.storage.savepoints`.',
  restartpolicy:
    "Drey restarts what fails; Flink's own restarts are set by `restart-strategy.type` in `spec.flink.configuration`.",
  apiversion: 'Leave it out: a pod template has `metadata` and `spec` only.',
  kind: 'Leave it out: a pod template has `metadata` and `spec` only.',
  status: 'Leave it out: Drey keeps the status, and `drey get job` shows it.',
};

const podFields = new Set([
  'env',
  'envfrom',
  'volumes',
  'volumemounts',
  'initcontainers',
  'containers',
  'sidecars',
  'nodeselector',
  'tolerations',
  'affinity',
  'securitycontext',
  'topologyspreadconstraints',
  'priorityclassname',
  'livenessprobe',
  'readinessprobe',
  'lifecycle',
]);

/** Where a field of that name belongs, if people are known to look for it here. */
export function hintForName(name: string): string | undefined {
  const word = name.toLowerCase();
  if (podFields.has(word)) {
    return `\`${name}\` is a field of pods: use the \`podTemplate\` of \`spec.jobManager\` or \`spec.taskManager\`.`;
  }
  return Object.hasOwn(elsewhere, word) ? elsewhere[word] : undefined;
}
