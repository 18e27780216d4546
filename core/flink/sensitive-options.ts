/** Secrets do not belong into a spec, which is recorded, shown and compared: their names are known, and literal values refused. */
import { type Fields, fieldsOf } from '../spec/pod-template.ts';
import { type FieldPath, type SpecProblem, problem } from '../spec/problem.ts';

/** Parts of names that mark a secret: Flink's own list for hiding values, and what object stores add. */
const markers = [
  'password',
  'passwd',
  'passphrase',
  'secret',
  'token',
  'apikey',
  'accesskey',
  'accountkey',
  'privatekey',
  'servicekey',
  'authparams',
  'basicauth',
  'jaasconfig',
  'httpheaders',
];

/** Names with a marker that hold switches, times, class names or paths. */
const harmless = [
  /^security\.delegation\.token/,
  /^security\.kerberos\.fetch\.delegation-token$/,
  /[._-](?:file|files|path|dir|location|provider|factory|class|type|enabled|interval|lifetime|ttl|timeout|url|uri|endpoint|name)$/i,
];

/** Whether an option or environment variable of this name holds a secret. */
export function isSensitiveName(name: string): boolean {
  if (harmless.some((pattern) => pattern.test(name))) return false;
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  return markers.some((marker) => plain.includes(marker));
}

const cure =
  'Put it into a Kubernetes Secret and let `podTemplate` give it to `flink-main-container` as an environment variable (`env` with `valueFrom.secretKeyRef`) or a mounted file; S3 file systems, for example, read AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.';

/** The problem of a Flink option that holds a secret. */
export function sensitiveOptionProblem(path: FieldPath, key: string): SpecProblem[] {
  return isSensitiveName(key)
    ? [problem([...path, key], 'holds a secret, and specs are recorded and shown', cure)]
    : [];
}

/** The problem of a container's environment variable whose secret is written into the template. */
export function sensitiveEnvironmentProblem(path: FieldPath, variable: Fields): SpecProblem[] {
  const name = variable['name'];
  const value = variable['value'];
  if (typeof name !== 'string' || typeof value !== 'string' || value === '' || !isSensitiveName(name)) return [];
  const refers = /^\$\([\w.-]+\)$/.test(value) || fieldsOf(variable['valueFrom']) !== undefined;
  return refers ? [] : [problem([...path, 'value'], 'holds a secret, and specs are recorded and shown', secretKeyRef)];
}

const secretKeyRef = 'Put it into a Kubernetes Secret and use `valueFrom.secretKeyRef`.';
