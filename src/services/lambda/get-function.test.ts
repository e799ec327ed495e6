import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collect } from '../../kernel/index.ts';
import { FA, fixture, zip } from './fixture.suite.ts';

test('shows configuration, tags and a link that gives the code for ten minutes', async (t) => {
  const { create, call, service, now } = await fixture(t);
  await create({ Tags: { team: 'a' }, Environment: { Variables: {} } });
  const output = await call('GetFunction', { FunctionName: 'f' });
  const { Configuration, Code, Tags } = output as never as { Configuration: object; Code: Record<string, string>; Tags: object };
  assert.deepEqual((Configuration as { Environment: object }).Environment, { Variables: {} });
  assert.deepEqual(Tags, { team: 'a' });
  assert.ok(!('Concurrency' in output));
  const link = new URL(Code.Location!);
  assert.equal(link.origin, 'http://127.0.0.1:4566');
  const fetchCode = (path: string) =>
    service.codeRoute.handle({
      method: 'GET',
      path,
      query: new URLSearchParams(),
      body: async () => new Uint8Array(),
      stream: () => assert.fail('it has no body'),
      trusted: true,
      sourceIp: '127.0.0.1',
      headers: {},
      signal: AbortSignal.timeout(1000),
    });
  const good = await fetchCode(link.pathname);
  assert.equal(good.status, 200);
  const bytes = await collect(good.body as AsyncIterable<Uint8Array>, 1000, () => undefined);
  assert.deepEqual(new Uint8Array(bytes), new Uint8Array(zip()));
  assert.equal((await fetchCode(`${link.pathname}x`)).status, 403);
  assert.equal((await fetchCode('/_dalamb/code/')).status, 403);
  now.time += 10 * 60_000 + 1;
  assert.equal((await fetchCode(link.pathname)).status, 403);
});

test('echoes the qualifier in the ARN and takes every form of a name', async (t) => {
  const { create, call } = await fixture(t);
  await create({ Publish: true });
  const arnOf = async (FunctionName: string, Qualifier?: string) =>
    ((await call('GetFunction', { FunctionName, Qualifier })) as never as { Configuration: { FunctionArn: string } })
      .Configuration.FunctionArn;
  assert.equal(await arnOf('f'), FA);
  assert.equal(await arnOf('f', '$LATEST'), `${FA}:$LATEST`);
  assert.equal(await arnOf('f:1'), `${FA}:1`);
  assert.equal(await arnOf('function:f', '1'), `${FA}:1`);
  assert.equal(await arnOf('000000000000:function:f'), FA);
  assert.equal(await arnOf('us-east-1:000000000000:function:f:1', '1'), `${FA}:1`);
  assert.equal(await arnOf(`${FA}:$LATEST`), `${FA}:$LATEST`);
});

test('says what is missing by the ARN that was asked for', async (t) => {
  const { create, call } = await fixture(t);
  const missing = (input: object, arn: string) =>
    assert.rejects(call('GetFunction', input), {
      code: 'ResourceNotFoundException',
      status: 404,
      message: `Function not found: ${arn}`,
    });
  await missing({ FunctionName: 'f' }, FA);
  await create();
  await missing({ FunctionName: 'f', Qualifier: '7' }, `${FA}:7`);
  await missing({ FunctionName: 'f', Qualifier: '01' }, `${FA}:01`);
  await missing({ FunctionName: 'f', Qualifier: '$latest' }, `${FA}:$latest`);
  await missing({ FunctionName: 'f:live' }, `${FA}:live`);
  await missing({ FunctionName: 'arn:aws:lambda:us-east-1:000000000000:function' }, FA.replace(/f$/, 'function'));
  await assert.rejects(call('GetFunction', { FunctionName: 'f:1', Qualifier: '2' }), {
    code: 'InvalidParameterValueException',
    message: 'The derived qualifier from the function name does not match the specified qualifier.',
  });
});
