import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FA, fixture } from './fixture.suite.ts';

test('takes one statement away, and the policy with the last', async (t) => {
  const { create, call } = await fixture(t);
  const remove = (StatementId: string) => call('RemovePermission', { FunctionName: 'f', StatementId });
  await assert.rejects(remove('a'), { message: `No policy found for: ${FA}` });
  await create();
  await assert.rejects(remove('a'), { message: 'No policy is associated with the given resource.' });
  for (const StatementId of ['a', 'b'])
    await call('AddPermission', { FunctionName: 'f', StatementId, Action: 'lambda:InvokeFunction', Principal: '*' });
  await assert.rejects(remove('c'), { message: 'Statement c is not found in resource policy.' });
  await remove('a');
  const { Policy } = await call('GetPolicy', { FunctionName: 'f' });
  assert.deepEqual(
    JSON.parse(Policy).Statement.map((statement: { Sid: string }) => statement.Sid),
    ['b'],
  );
  await remove('b');
  await assert.rejects(call('GetPolicy', { FunctionName: 'f' }), { message: 'The resource you requested does not exist.' });
});
