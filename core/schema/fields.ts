/** The kinds of text that specs hold, with their bounds and the words that refuse them. */
import { z } from 'zod';
import { durationPattern, parseDurationMs } from '../spec/duration.ts';
import { cpuPattern, memoryPattern, parseCpuCores, parseMemoryBytes } from '../spec/quantity.ts';

const labelWords = 'only lower-case letters, digits and `-`, and start and end with a letter or digit';

/** Text of bounded length that matches a pattern; `words` complete "must …", `title` is the kind of text in documentation. */
export function textLike(pattern: RegExp, words: string, lengthMax: number, title = 'text') {
  return z
    .string()
    .min(1, { abort: true })
    .max(lengthMax, { abort: true })
    .regex(pattern, `must ${words}`)
    .meta({ title });
}

/** A name that becomes part of Kubernetes names: starts with a letter. */
export function ownName(lengthMax: number) {
  const words = 'hold only lower-case letters, digits and `-`, start with a letter, and not end with `-`';
  return textLike(/^[a-z](?:[a-z0-9-]*[a-z0-9])?$/, words, lengthMax, 'name');
}

/** A DNS label (RFC 1123), as namespaces are. */
export const dnsLabel = () => textLike(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/, `hold ${labelWords}`, 63, 'name');

/** A DNS subdomain, as most names of Kubernetes objects are. */
export const objectName = () =>
  textLike(
    /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/,
    `be a Kubernetes name: parts joined by dots, each with ${labelWords}`,
    253,
    'Kubernetes name',
  );

/** A label or annotation key: an optional DNS prefix and `/`, then a name of at most 63 characters. */
export const labelKey = () =>
  textLike(
    /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?$/,
    'be a Kubernetes key such as `team` or `example.com/team`, its name at most 63 characters',
    317,
  );

/** A label value: at most 63 characters, may be empty. */
export const labelValue = () =>
  z
    .string()
    .max(63)
    .regex(
      /^(?:[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)?$/,
      'must hold only letters, digits, `-`, `_` and `.`, and start and end with a letter or digit',
    );

export const labelMap = () => z.record(labelKey(), labelValue()).refine(hasFewEntries, 'must have at most 64 entries');

export const annotationMap = () =>
  z.record(labelKey(), z.string().max(16_384)).refine(hasFewEntries, 'must have at most 64 entries');

function hasFewEntries(map: Readonly<Record<string, string>>): boolean {
  return Object.keys(map).length <= 64;
}

/** A duration between bounds, kept as it was written. */
export function duration(least: string, most: string) {
  const words = 'be a duration such as 30s, 5m, 1h30m or 500ms';
  const within = (text: string) => {
    if (!durationPattern.test(text)) return true;
    const milliseconds = parseDurationMs(text);
    return milliseconds >= parseDurationMs(least) && milliseconds <= parseDurationMs(most);
  };
  return textLike(durationPattern, words, 32, 'duration').refine(within, `must be between ${least} and ${most}`);
}

/** Five cron fields. `?` is left out on purpose: it stands for the time at which it is read. */
export const cronExpression = () =>
  textLike(
    /^[A-Za-z0-9*,/#-]+(?: +[A-Za-z0-9*,/#-]+){4}$/,
    'be five fields: minute, hour, day of the month, month, day of the week',
    100,
    'cron expression',
  );

/** A time zone by its name. */
export const timeZone = () =>
  textLike(/^[A-Za-z0-9_+/-]+$/, 'be a time zone such as `UTC` or `Europe/Berlin`', 64, 'time zone');

/** Memory between 64 MiB and 16 TiB. */
export const memory = () =>
  textLike(
    memoryPattern,
    'be a quantity of memory such as 1Gi or 512Mi (`m` would mean thousandths of a byte)',
    32,
    'memory quantity',
  ).refine(
    (text) => !memoryPattern.test(text) || isWithin(parseMemoryBytes(text), 2 ** 26, 2 ** 44),
    'must be between 64Mi and 16Ti',
  );

/** CPU between 1m and 1024 cores. */
export const cpu = () =>
  textLike(cpuPattern, 'be a quantity of CPU such as 500m, 1 or 0.5', 16, 'CPU quantity').refine(
    (text) => !cpuPattern.test(text) || isWithin(parseCpuCores(text), 0.001, 1024),
    'must be between 1m and 1024',
  );

function isWithin(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}

/** A container image: `[registry[:port]/]path[:tag][@digest]`. */
export const image = () =>
  textLike(
    /^(?:[A-Za-z0-9][A-Za-z0-9.-]*(?::\d{1,5})?\/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*(?::\w[\w.-]{0,127})?(?:@[a-z0-9]+:[a-f0-9]{32,128})?$/,
    'be an image such as `registry.example.com/team/job:1.4.2`',
    512,
    'image',
  );

/** A jar inside the image, as `local:///…`. */
export const localJar = () =>
  textLike(
    /^local:\/\/\/(?!.*\/\.{1,2}\/)[\w.+@=,/-]+\.jar$/,
    'be a jar inside the image, such as `local:///opt/flink/usrlib/job.jar`',
    1024,
    'jar URI',
  );

/** A jar inside the image, as `local:///…` or `file:///…`. */
export const classpathJar = () =>
  textLike(
    /^(?:local|file):\/\/\/(?!.*\/\.{1,2}\/)[\w.+@=,/-]+\.jar$/,
    'be a jar inside the image, such as `local:///opt/flink/usrlib/library.jar`',
    1024,
    'jar URI',
  );

const hasNoPassword = (uri: string) => !/^[^/]+:\/\/[^/@]*:[^/@]*@/.test(uri);

/** A place on storage: any scheme that Flink's FileSystem may know, no query, no dots that climb. */
const storagePlace = (afterFile: string, words: string) =>
  textLike(
    new RegExp(
      String.raw`^(?!https?:|local:)(?:(?:file|hdfs):${afterFile}(?=[^/])|(?!file:)[a-z][a-z0-9+.-]*://(?=[^/]))(?!.*/\.{1,2}(?:/|$))[^\s?#]+$`,
    ),
    words,
    1024,
    'URI',
  ).refine(hasNoPassword, 'must not hold a password');

/** A directory for state. */
export const storageUri = () =>
  storagePlace('///', 'be a directory that Flink can write, such as `s3://bucket/flink` or `file:///flink-state`');

/** A savepoint or checkpoint, as Flink writes its place: of files with one slash or with three. */
export const savepointUri = () =>
  storagePlace('/(?://)?', 'be a savepoint that Flink can read, such as `s3://bucket/savepoints/savepoint-1a2b-3c4d`');

/** The id of a vertex in a job graph. */
export const vertexId = () =>
  textLike(/^[0-9a-f]{32}$/, 'be the id of a vertex: 32 hexadecimal digits', 32, 'vertex id');

/** An absolute path in a container at which a volume is mounted. */
export const mountPath = () =>
  textLike(
    /^(?!.*\/\.{1,2}(?:\/|$))(?:\/[\w.+@=-]+)+$/,
    'be an absolute path such as `/flink-state`, without `:`, `..` or a `/` at its end',
    512,
    'path',
  );

/** A host of an Ingress. */
export const hostName = () =>
  textLike(
    /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/,
    'be a host name such as `flink.example.com`: lower case, no scheme, no port, no path',
    253,
    'host name',
  );
