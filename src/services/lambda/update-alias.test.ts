import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FA, fixture } from './fixture.suite.ts';

test('moves, keeps what is absent, and has a new revision each time', async (t) => {
  const { create, call } = await fixture(t);
  await create({ Publish: true });
  const made = await call('CreateAlias', { FunctionName: 'f', Name: 'a', FunctionVersion: '$LATEST', Description: 'd' });
  const moved = await call('UpdateAlias', { FunctionName: 'f', Name: 'a', FunctionVersion: '1', RevisionId: made.RevisionId });
  assert.deepEqual([moved.FunctionVersion, moved.Description], ['1', 'd']);
  assert.notEqual(moved.RevisionId, made.RevisionId);
  const input = { FunctionName: 'f', Name: 'a', RevisionId: made.RevisionId };
  await assert.rejects(call('UpdateAlias', input), { code: 'PreconditionFailedException' });
  await assert.rejects(call('UpdateAlias', { FunctionName: 'f', Name: 'x' }), { message: `Alias not found: ${FA}:x` });
});
