import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture } from './fixture.suite.ts';

test('pages by name, without state, and with all versions when asked', async (t) => {
  const { create, call } = await fixture(t);
  for (const FunctionName of ['a', 'b', 'c']) await create({ FunctionName, Publish: FunctionName !== 'b' });
  const walk = async (input: object) => {
    const pages: string[][] = [];
    for (let Marker: string | undefined; ; ) {
      const page = await call('ListFunctions', { ...input, Marker });
      pages.push(page.Functions.map((fn: { FunctionArn: string }) => fn.FunctionArn.split(':function:')[1]));
      Marker = page.NextMarker;
      if (Marker === undefined) return pages;
    }
  };
  assert.deepEqual(await walk({ MaxItems: 2 }), [['a', 'b'], ['c']]);
  const everything = ['a:$LATEST', 'a:1', 'b:$LATEST', 'c:$LATEST', 'c:1'];
  for (const MaxItems of [1, 2, 3, 50]) assert.deepEqual((await walk({ MaxItems, FunctionVersion: 'ALL' })).flat(), everything);
  assert.ok(!('State' in (await call('ListFunctions', {})).Functions[0]));
});

test('refuses a marker that it did not give', async (t) => {
  const { call } = await fixture(t);
  for (const Marker of ['x', 'e30', Buffer.from('[{}]').toString('base64url'), Buffer.from('["a",1,2]').toString('base64url')])
    await assert.rejects(call('ListFunctions', { Marker }), { code: 'InvalidParameterValueException' }, Marker);
});
