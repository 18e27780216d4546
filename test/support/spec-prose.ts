/** What `docs/spec.md` says besides its tables. */
import { readFileSync } from 'node:fs';

export const introduction = `# The spec

<!-- Generated: change the schema or test/support/spec-prose.ts, then run \`node --import tsx test/support/generate-docs.ts\`. -->

A job is described by one document: \`apiVersion: drey.dev/v1\`, \`kind: FlinkJob\`. It is read strictly: a field that is not
listed here is refused with its path and the nearest known name, and all problems are told at once (at most 50). Defaults
are filled in when a spec is accepted, and \`drey get job NAME -o yaml\` shows them.

- A spec has at most 64 KB as JSON. Text holds no control characters; line breaks are allowed in \`spec.job.args\` and in pod
  templates only. Text that YAML would read as a number or a switch is written in quotes: \`version: '1.20'\`.
- Durations are written \`500ms\`, \`30s\`, \`5m\`, \`1h30m\` or \`2d\`; memory and CPU as in Kubernetes: \`1Gi\`, \`500m\`.
- Editors that read JSON Schema check a spec while it is written: \`core/schema/flink-job.schema.json\`.
- A spec that was applied before makes no operation. Specs are compared in a canonical form: the order of keys, and whether a
  default is written out, make no difference. Labels do, for the job's Kubernetes objects carry them.
`;

export function exampleText(): string {
  const example = readFileSync(new URL('../../examples/state-machine.yaml', import.meta.url), 'utf8');
  return `\`\`\`yaml\n${example}\`\`\`\n`;
}

export const rules = `## Rules between fields

- **Storage is complete or absent.** One URI is enough: \`storage.root\`, or a \`volumeClaim\` (its root is \`file://\` and the mount
  path). \`checkpoints\`, \`savepoints\` and \`highAvailability\` derive from the root, and each may be given itself. Where one is
  known, all three must be.
- **High availability** by Kubernetes is on whenever \`storage.highAvailability\` is known. Several JobManagers need it.
- **\`file://\`** directories must lie on a volume that all pods share: the volume claim, or a volume that both pod templates
  mount into \`flink-main-container\` (an \`emptyDir\` is not shared).
- **Resources**: requests are at most the limits. Memory is given, as limit or request: it is the size of Flink's process,
  and Flink's memory model must be able to divide it up with the options given.
- **Slots**: \`taskManager.replicas\` × \`taskManager.slots\` is at least the parallelism. Without \`replicas\`, they are derived.
- **Periodic savepoints** have one period: \`savepoints.every\` or \`savepoints.schedule\`, and need storage. A schedule's time
  zone must be known, and its time must come: on a day with a change of clocks it comes once, too.
- **Recovery**: \`backoff.initial\` is not above \`backoff.max\`, and \`memory.max\` is no less than what a JobManager or a TaskManager has.
- **Autoscaler**: \`min\` is not above \`max\`, neither in all nor for a vertex nor in a schedule nor of \`memory\`. What is given as \`job.autoscaler.*\` in
  \`options\` is read as the Apache operator reads it; \`utilization\` wins over its option. A metric has \`metric\` or \`query\`.
- **Labels and annotations** that begin with \`drey.dev/\`, and \`app.kubernetes.io/managed-by\`, are Drey's.
- **Secrets** are not part of a spec. Flink options whose names mark a secret (\`password\`, \`secret\`, \`token\`, \`access-key\` and
  the like) and environment variables of such names with a literal value are refused; use Kubernetes Secrets through
  \`valueFrom.secretKeyRef\` or mounted files. Arguments of the job are not searched.
- **Pod templates** are merged by Kubernetes's strategic rules. \`flink-main-container\` is Flink's own container; others need an
  image. Volumes, containers and environment variables are merged by name, so each needs one.
`;
