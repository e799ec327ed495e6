import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FA, fixture } from './fixture.suite.ts';

test('accepts an event as bytes or as a stream, up to 256 KB', async (t) => {
  const { create, call, accepted } = await fixture(t);
  await assert.rejects(call('InvokeAsync', { FunctionName: 'f', InvokeArgs: Buffer.from('{}') }), {
    message: `Function not found: ${FA}:$LATEST`,
  });
  await create();
  assert.deepEqual(await call('InvokeAsync', { FunctionName: 'f', InvokeArgs: Buffer.from('1') }), { Status: 202 });
  const pieces = (async function* () {
    yield Buffer.from('[1');
    yield Buffer.from(',2]');
  })();
  await call('InvokeAsync', { FunctionName: 'f', InvokeArgs: pieces });
  assert.deepEqual(
    accepted.map((event) => event.payload),
    ['1', '[1,2]'],
  );
  const large = Buffer.alloc(262_145, 0x20);
  await assert.rejects(call('InvokeAsync', { FunctionName: 'f', InvokeArgs: large }), { status: 413 });
  await assert.rejects(call('InvokeAsync', { FunctionName: 'f', InvokeArgs: Buffer.from('{') }), {
    code: 'InvalidRequestContentException',
  });
});
