/** Java options: in the configuration file for images that start by Flink's scripts, and as arguments for direct starts. */
import type { Settings } from './configuration-input.ts';

/** What Flink needs opened on Java 17: the list that every Flink distribution's own `config.yaml` has. */
const exports = [
  'java.rmi/sun.rmi.registry',
  'jdk.compiler/com.sun.tools.javac.api',
  'jdk.compiler/com.sun.tools.javac.file',
  'jdk.compiler/com.sun.tools.javac.parser',
  'jdk.compiler/com.sun.tools.javac.tree',
  'jdk.compiler/com.sun.tools.javac.util',
  'java.security.jgss/sun.security.krb5',
];
const opens = [
  'java.base/java.lang',
  'java.base/java.net',
  'java.base/java.io',
  'java.base/java.nio',
  'java.base/sun.nio.ch',
  'java.base/java.lang.reflect',
  'java.base/java.text',
  'java.base/java.time',
  'java.base/java.util',
  'java.base/java.util.concurrent',
  'java.base/java.util.concurrent.atomic',
  'java.base/java.util.concurrent.locks',
];

/** The two processes, as Flink's keys call them. */
export type FlinkProcess = 'jobmanager' | 'taskmanager';

/** `env.java.default-opts` come before `env.java.opts`, so users add to them and, where they contradict, win. */
export function defaultJavaOptions(): Settings {
  return {
    'env.java.default-opts.all': [
      ...exports.map((name) => `--add-exports=${name}=ALL-UNNAMED`),
      ...opens.map((name) => `--add-opens=${name}=ALL-UNNAMED`),
    ].join(' '),
    // The JobManager coordinates; it processes no records. The quick compiler alone brings it up in half the time.
    'env.java.default-opts.jobmanager': '-XX:TieredStopAtLevel=1',
  };
}

/**
 * The user's options for one process, in the order in which Flink's scripts give them, split at spaces as they do. For
 * images of ours, which have what Flink itself needs built in.
 */
export function userJavaOptions(configuration: Settings, process: FlinkProcess): string[] {
  const ours = defaultJavaOptions();
  const keys = [
    'env.java.default-opts.all',
    'env.java.opts.all' in configuration ? 'env.java.opts.all' : 'env.java.opts',
    `env.java.default-opts.${process}`,
    `env.java.opts.${process}`,
  ];
  const values = keys.map((key) => (configuration[key] === ours[key] ? undefined : configuration[key]));
  return values.flatMap((value) => (value ?? '').split(/\s+/)).filter((option) => option !== '');
}
