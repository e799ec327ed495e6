import assert from 'node:assert/strict';
import { test } from 'node:test';
import { context, FA, fixture, newFunction } from './fixture.suite.ts';

const text = (bytes: unknown) => Buffer.from(bytes as Uint8Array).toString();

test('runs the function and answers what it said', async (t) => {
  const { create, call, runs } = await fixture(t);
  await create({ Environment: { Variables: { KEY: 'value' } } });
  const output = await call('Invoke', { FunctionName: 'f', Payload: Buffer.from('{"a":1}'), LogType: 'Tail' });
  assert.equal(output.StatusCode, 200);
  assert.equal(text(output.Payload), '{"ok":true}');
  assert.equal(output.ExecutedVersion, '$LATEST');
  assert.equal(text(Buffer.from(output.LogResult, 'base64')), 'START\nREPORT\n');
  assert.equal(output.FunctionError, undefined);
  const run = runs[0]!;
  assert.equal(text(run.payload), '{"a":1}');
  assert.equal(run.invokedArn, FA);
  assert.deepEqual(run.function.variables, { KEY: 'value' });
  assert.deepEqual([run.function.timeoutMs, run.function.memoryMiB, run.function.logGroup], [3000, 128, '/aws/lambda/f']);
});

test('a failed function is a result; nothing at all is an empty event', async (t) => {
  const { create, call, runs } = await fixture(t);
  await create();
  const output = await call('Invoke', { FunctionName: 'f:$LATEST', Payload: Buffer.from('"fail"') });
  assert.deepEqual([output.StatusCode, output.FunctionError], [200, 'Unhandled']);
  await call('Invoke', { FunctionName: 'f' });
  assert.equal(text(runs[1]!.payload), '{}');
  assert.equal(runs[0]!.invokedArn, `${FA}:$LATEST`);
});

test('accepts an event durably and runs nothing', async (t) => {
  const { create, call, runs, accepted } = await fixture(t);
  await create();
  const requestId = 'C0FFEE00-0000-4000-8000-000000000000';
  const headers = { 'x-amzn-requestid': requestId, 'x-amzn-trace-id': 'Root=1-2-3' };
  const output = await call(
    'Invoke',
    { FunctionName: 'f', InvocationType: 'Event', Payload: Buffer.from('"ü"') },
    { headers, cause: 'c' },
  );
  assert.deepEqual(output, { StatusCode: 202 });
  assert.equal(runs.length, 0);
  const { time: _, ...event } = accepted[0]!;
  assert.deepEqual(event, {
    account: '000000000000',
    region: 'us-east-1',
    requestId: requestId.toLowerCase(),
    functionArn: FA,
    payload: '"ü"',
    traceId: 'Root=1-2-3',
    cause: 'c',
  });
});

test('a dry run checks and runs nothing', async (t) => {
  const { create, call, runs } = await fixture(t);
  await assert.rejects(call('Invoke', { FunctionName: 'f', InvocationType: 'DryRun' }), { code: 'ResourceNotFoundException' });
  await create();
  assert.deepEqual(await call('Invoke', { FunctionName: 'f', InvocationType: 'DryRun' }), { StatusCode: 204 });
  assert.equal(runs.length, 0);
});

test('checks size, JSON, existence and state in this order', async (t) => {
  const { call, service, faults } = await fixture(t);
  const refused = (input: object, error: object) => assert.rejects(call('Invoke', { FunctionName: 'f', ...input }), error);
  const bad = Buffer.from('{"a":');
  await refused(
    { Payload: Buffer.alloc(6_291_457, 0x20) },
    {
      code: 'RequestEntityTooLargeException',
      status: 413,
      message: 'Request must be smaller than 6291456 bytes for the InvokeFunction operation',
    },
  );
  await refused(
    { Payload: Buffer.alloc(1_048_577, 0x20), InvocationType: 'Event' },
    { message: '1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)' },
  );
  for (const Payload of [bad, Buffer.from([0x22, 0x99, 0x22]), Buffer.from('\ufeff{}'), Buffer.from('secret')])
    await refused(
      { Payload },
      (error: { code: string; message: string }) =>
        error.code === 'InvalidRequestContentException' &&
        error.message.startsWith('Could not parse request body into json') &&
        !error.message.includes('secret'),
    );
  await refused({}, { message: `Function not found: ${FA}:$LATEST` });
  await refused({ Qualifier: 'live' }, { message: `Function not found: ${FA}:live` });
  let go = () => {};
  let calls = 0;
  faults.prepare = async () => {
    if (++calls > 1) await new Promise<void>((resolve) => (go = resolve));
    return { unpackedBytes: 1 };
  };
  await call('CreateFunction', newFunction());
  await refused(
    {},
    {
      code: 'ResourceConflictException',
      message: 'The operation cannot be performed at this time. The function is currently in the following state: Pending',
    },
  );
  while (calls < 2) await new Promise(setImmediate);
  go();
  await service.idle();
  assert.equal((await call('Invoke', { FunctionName: 'f' })).StatusCode, 200);
});

test('hands the client context on, decoded, and refuses what is none', async (t) => {
  const { create, call, runs } = await fixture(t);
  await create();
  const given = JSON.stringify({ custom: { a: 'é' } });
  await call('Invoke', { FunctionName: 'f', ClientContext: Buffer.from(given).toString('base64') });
  assert.equal(runs[0]!.clientContext, given);
  for (const ClientContext of ['bm90IGpzb24=', Buffer.from('[]').toString('base64'), 'A'.repeat(3584)])
    await assert.rejects(call('Invoke', { FunctionName: 'f', ClientContext }), { code: 'InvalidRequestContentException' });
});

test('refuses tenants, durable names and request ids that are none', async (t) => {
  const { create, call } = await fixture(t);
  await create();
  await assert.rejects(call('Invoke', { FunctionName: 'f', TenantId: 'a' }), { code: 'NotImplemented', message: /TenantId/ });
  await assert.rejects(call('Invoke', { FunctionName: 'f', DurableExecutionName: 'a' }), { code: 'NotImplemented' });
  await assert.rejects(call('Invoke', { FunctionName: 'f' }, { headers: { 'x-amzn-requestid': 'nope' } }), {
    code: 'InvalidRequestContentException',
  });
});

test("another account's function needs that function's policy", async (t) => {
  const { create, call } = await fixture(t);
  await create();
  const stranger = context().principal;
  const other = {
    account: '111111111111',
    principal: { ...stranger, account: '111111111111', arn: 'arn:aws:iam::111111111111:root' },
  };
  const asking = () => call('Invoke', { FunctionName: FA }, other);
  await assert.rejects(asking(), {
    code: 'AccessDeniedException',
    status: 403,
    message: `User: arn:aws:iam::111111111111:root is not authorized to perform: lambda:InvokeFunction on resource: ${FA} because no resource-based policy allows the lambda:InvokeFunction action`,
  });
});
