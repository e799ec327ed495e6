import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type EventsRoom, openEvents } from '../../../test/support/events-room.ts';
import { ACCOUNT, refused } from '../../../test/support/s3-room.ts';

let room: EventsRoom;
before(async () => {
  room = await openEvents();
});
after(() => room.close());

const policy = async (Name?: string) => {
  const { Policy } = await room.call('DescribeEventBus', { Name });
  return Policy && JSON.parse(Policy);
};
const allow = (StatementId: string, Principal: string) => ({ Action: 'events:PutEvents', Principal, StatementId });
const arn = `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/default`;

test('statements are put, replaced and removed', async () => {
  await room.call('PutPermission', allow('one', '111111111111'));
  await room.call('PutPermission', allow('two', '*'));
  const one = {
    Sid: 'one',
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::111111111111:root' },
    Action: 'events:PutEvents',
    Resource: arn,
  };
  const two = { Sid: 'two', Effect: 'Allow', Principal: '*', Action: 'events:PutEvents', Resource: arn };
  assert.deepEqual(await policy(), { Version: '2012-10-17', Statement: [one, two] });
  const Condition = { Type: 'StringEquals', Key: 'aws:PrincipalOrgID', Value: 'o-1' };
  await room.call('PutPermission', { ...allow('two', '*'), Condition });
  const conditioned = { ...two, Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } };
  assert.deepEqual((await policy()).Statement, [one, conditioned]);
  await room.call('RemovePermission', { StatementId: 'one' });
  assert.deepEqual((await policy()).Statement, [conditioned]);
  await room.call('RemovePermission', { RemoveAllPermissions: true });
  assert.equal(await policy(), undefined);
  await room.call('PutPermission', allow('one', '111111111111'));
  await room.call('RemovePermission', { StatementId: 'one' });
  assert.equal(await policy(), undefined);
});

test('a whole policy replaces all', async () => {
  await room.call('CreateEventBus', { Name: 'b' });
  const whole = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*', Action: 'events:*', Resource: '*' }] };
  await room.call('PutPermission', { EventBusName: 'b', Policy: JSON.stringify(whole) });
  assert.deepEqual(await policy('b'), whole);
  await refused(room.call('PutPermission', { EventBusName: 'b', Policy: '{' }), 'ValidationException');
  const long = { ...whole, Id: 'x'.repeat(10_240) };
  await refused(room.call('PutPermission', { EventBusName: 'b', Policy: JSON.stringify(long) }), 'PolicyLengthExceededException');
});

test('what cannot be permitted is refused', async () => {
  const gone = await refused(room.call('RemovePermission', { StatementId: 'x' }), 'ResourceNotFoundException');
  assert.equal(gone.message, 'Statement with the provided id does not exist.');
  await refused(room.call('PutPermission', { Action: 'events:PutEvents', Principal: '*' }), 'ValidationException');
  await refused(room.call('PutPermission', { ...allow('x', '*'), Action: 'events:PutRule' }), 'ValidationException');
  await refused(room.call('PutPermission', { ...allow('x', '*'), EventBusName: 'none' }), 'ResourceNotFoundException');
});
