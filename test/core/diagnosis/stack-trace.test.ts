import { describe, expect, test } from '@jest/globals';
import { causes, condensed, rootCause } from '../../../core/diagnosis/stack-trace.ts';
import { refusalText } from '../../support/flink-answers.ts';

describe('rootCause', () => {
  test.each([
    ['run-entry-class-missing', 'java.lang.ClassNotFoundException', 'ClassNotFoundException: no.Such'],
    ['run-main-threw', 'java.sql.SQLException', 'SQLException: connection to db:5432 refused'],
    [
      'run-restore-point-missing',
      'java.io.FileNotFoundException',
      "FileNotFoundException: Cannot find checkpoint or savepoint file/directory 'file:///flink/nope' on file system 'file'.",
    ],
  ])('of %s is the last exception that says something', (name, className, text) => {
    expect(rootCause(refusalText('1.20', name))).toMatchObject({ className, text });
    expect(rootCause(refusalText('2.3', name))).toMatchObject({ className, text });
  });

  test('is what a carrier carries, also where the trace was cut off', () => {
    const cut =
      "java.util.concurrent.CompletionException: java.util.concurrent.CompletionException: java.io.FileNotFoundException: Cannot find 'x'.\n\tat org.apache.fl...[4784 chars]";
    expect(rootCause(cut).text).toBe("FileNotFoundException: Cannot find 'x'.");
  });

  test('of a bare class has the sentence before it', () => {
    const trace =
      'org.a.JobException: the sink is closed\n\tat x.Y.z(Y.java:1)\nCaused by: java.lang.NullPointerException\n\tat x.Y.z(Y.java:2)';
    expect(rootCause(trace).text).toBe('the sink is closed (NullPointerException)');
  });

  test('keeps a message of more than one line', () => {
    const trace =
      'org.a.RestHandlerException: The bound [3] is too high.\nThe bound [4] is too high.\n\tat x.Y.z(Y.java:1)';
    expect(rootCause(trace).message).toBe('The bound [3] is too high.\nThe bound [4] is too high.');
  });

  test('does not take a suppressed exception for a cause', () => {
    const trace =
      'java.io.IOException: disk\n\tat a.B.c(B.java:1)\n\tSuppressed: java.io.IOException: close\n\t\tat a.B.d(B.java:2)\n\tCaused by: java.lang.Error: inner';
    expect(rootCause(trace).text).toBe('IOException: disk');
  });

  test('is the newest in a log', () => {
    const log = [
      '2026-11-21 10:00:00,000 INFO  org.apache.flink.Main [] - Starting',
      'java.lang.IllegalStateException: first',
      '\tat a.B.c(B.java:1)',
      '2026-11-21 10:00:01,000 ERROR org.apache.flink.Main [] - Fatal',
      'java.lang.IllegalStateException: second',
      '\tat a.B.c(B.java:1)',
    ].join('\n');
    expect(rootCause(log).text).toBe('IllegalStateException: second');
  });

  test('of a plain text is its first line', () => {
    expect(rootCause('Not found: /jars/x.jar/run\nmore').text).toBe('Not found: /jars/x.jar/run');
    expect(rootCause('').text).toBe('');
  });
});

test('causes go from the outermost to the root', () => {
  const names = causes(refusalText('2.3', 'run-main-threw')).map(({ className }) => className.split('.').at(-1));
  expect(names.at(0)).toBe('RestHandlerException');
  expect(names.slice(-3)).toEqual(['ProgramInvocationException', 'IllegalStateException', 'SQLException']);
});

test('a condensed trace keeps every message and the frames nearest to the root', () => {
  const trace = [
    'a.Outer: one',
    ...frames('Outer', 30),
    'Caused by: a.Root: two',
    ...frames('Root', 30),
    '\t... 12 more',
  ];
  const lines = condensed(trace.join('\n')).split('\n');
  expect(lines.slice(0, 2)).toEqual(['a.Outer: one', 'Caused by: a.Root: two']);
  expect(lines).toHaveLength(10);
});

function frames(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `\tat a.${name}.m(${name}.java:${at})`);
}
