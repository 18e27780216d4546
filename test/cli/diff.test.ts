import { describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { jobSpec, specInput } from '../support/records.ts';
import { problem, useFakeApi } from './fake-api.ts';
import { runDrey } from './run-drey.ts';

const api = useFakeApi();

const route = (name: string) => `PUT /v1/tenants/default/jobs/${name}`;
const outlook = (name: string, changed: boolean) => ({
  body: { dryRun: true, changed, revision: 1, spec: jobSpec(name) },
});
const refused = problem('SPEC_REFUSED', 422, 'It is not valid.');
const away = problem('RECORDS_AWAY', 503, 'This needs PostgreSQL.');

const diff = (...flags: string[]) =>
  runDrey(api.server, ['diff', '-f', '-', ...flags], {
    input: `${stringify(specInput('one'))}---\n${stringify(specInput('two'))}`,
  });

describe('diff --exit-code', () => {
  test.each([
    ['0 where nothing would change', outlook('two', false), 0],
    ['4 where something would', outlook('two', true), 4],
  ])('ends with %s', async (_, two, code) => {
    api.routes = { [route('one')]: outlook('one', false), [route('two')]: two };
    const ran = await diff('--exit-code');
    expect({ code: ran.code, err: ran.err }).toEqual({ code, err: '' });
    expect((await diff('--exit-code', '-o', 'json')).code).toBe(code);
    expect(await diff()).toEqual({ ...ran, code: 0 });
  });

  test.each([
    ['1 where one of them is refused', refused, 1],
    ['3 where one of them cannot be judged now', away, 3],
  ])('ends with %s, though another would change', async (_, two, code) => {
    api.routes = { [route('one')]: outlook('one', true), [route('two')]: two };
    expect((await diff('--exit-code', '--request-timeout', '1s')).code).toBe(code);
  });

  test('ends with 2 where the files are wrong', async () => {
    expect(await diff('--exit-codes')).toMatchObject({ code: 2, out: '' });
    expect(await runDrey(api.server, ['diff', '-f', '/nowhere.yaml', '--exit-code'])).toMatchObject({ code: 2 });
  });
});
