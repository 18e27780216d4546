import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { runDrey } from './run-drey.ts';

const nowhere = 'http://127.0.0.1:9';

describe('wrong usage exits with 2, says nothing on the output, and names the cure', () => {
  test.each([
    [['frobnicate'], /unknown command 'frobnicate'/],
    [['get', 'jobz'], /"jobz" is not a kind/],
    [['get', 'jobs', '-o', 'xml'], /-o xml is not known\ncure: Use one of json, yaml, wide, name/],
    [['get', 'jobs', '--colour'], /unknown option '--colour'/],
    [['get', 'jobs', '-l', 'team'], /-l: "team" is not understood/],
    [['get', 'jobs', 'a', '--phase', 'running'], /--phase is for lists of jobs/],
    [['get', 'job/a', '-A'], /--all-tenants is for lists of jobs/],
    [['get', 'clusters', '-l', 'a=b'], /--selector is for jobs/],
    [['get', 'clusters', '-w'], /--watch is for jobs/],
    [['metrics', 'a', '--since', '999999999d'], /--since: "999999999d" is not a duration between 1s and 1825d/],
    [['get', 'job', '../clusters'], /is not a kind|is not a name/],
    [['apply'], /required option '-f, --filename <file>'/],
    [['apply', '-f', '/nowhere/job.yaml'], /cannot read \/nowhere\/job.yaml/],
    [['delete', 'job'], /no job is named/],
    [['delete', 'cluster', 'a'], /only jobs can be deleted/],
    [['logs', 'job', 'a', '--tail', 'many'], /--tail many is not a number/],
    [['logs', 'job', 'a', '--component', 'sidecar'], /Use one of jobmanager, taskmanager/],
    [['operation', 'a'], /must be named by its number/],
    [['wait', 'job', 'a'], /required option '--for <condition>'/],
    [['wait', 'job', 'a', '--for=happy'], /--for=happy is not known/],
    [['wait', 'job', 'a', '--for=running', '--timeout', 'soon'], /"soon" is not a duration/],
    [['--server', 'ftp://x', 'get', 'jobs'], /"ftp:\/\/x" is not an address/],
  ])('%j', async (args, message) => {
    const { code, out, err } = await runDrey(nowhere, args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
    expect(err).toMatch(/^error: /);
  });

  test('without a server, the error says how to give one', async () => {
    const { code, err } = await runDrey(undefined, ['get', 'jobs']);
    expect(code).toBe(2);
    expect(err).toContain('npm run up');
  });
});

describe('help and version', () => {
  test('--help goes to the output and names the exit codes', async () => {
    const { code, out, err } = await runDrey(undefined, ['--help']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('Exit codes: 0 done; 1 it failed');
  });

  test.each([
    ...['suspend', 'cancel', 'resume', 'restart', 'scale', 'rollback', 'promote', 'discard'].map(
      (word) => [[word], 'NAME...'] as const,
    ),
    [['delete'], 'job NAME...'],
    [['describe'], 'job NAME...'],
    [['wait'], 'job NAME...'],
    ...['logs', 'metrics', 'operations', 'revisions', 'autoscaler', 'autoscale'].map(
      (word) => [[word], 'NAME'] as const,
    ),
    [['savepoint', 'create'], 'NAME'],
    [['savepoint', 'restore'], 'NAME N'],
    [['operation'], 'NAME N'],
    [['abort'], 'NAME [N]'],
  ] as const)('%j says how many jobs it takes', async (words, usage) => {
    const { out } = await runDrey(undefined, [...words, '--help']);
    const [first] = out.split('\n');
    expect(first).toMatch(/^Usage: drey /);
    expect(first?.replace(/.*\[options\] (?:\[command\] )?/, '')).toBe(usage);
  });

  test('version needs no server', async () => {
    const { code, out } = await runDrey(undefined, ['version'], { root: process.cwd() });
    expect({ code, out }).toEqual({ code: 0, out: 'drey 0.1.0\n' });
  });

  test('completion prints a script that bash can read and that completes flags', async () => {
    const { out } = await runDrey(undefined, ['completion', 'bash']);
    const ask = `${out}\nCOMP_WORDS=(drey apply --wa); COMP_CWORD=2; _drey; echo "\${COMPREPLY[*]}"`;
    expect(execFileSync('bash', ['-c', ask], { encoding: 'utf8' })).toBe('--wait\n');
    expect((await runDrey(undefined, ['completion', 'fish'])).code).toBe(2);
  });
});
