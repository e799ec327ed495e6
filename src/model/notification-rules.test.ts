import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFailure } from '../kernel/index.ts';
import { checkNotificationRules, supportedEvents } from './notification-rules.ts';
import type { NotificationRule } from './notifications.ts';

const rule = (id: string, events: string[], more: Partial<NotificationRule> = {}): NotificationRule => ({
  id,
  events,
  target: { kind: 'queue', arn: 'arn:aws:sqs:us-east-1:000000000000:q' },
  ...more,
});

function refusal(...rules: NotificationRule[]): string {
  try {
    checkNotificationRules(rules);
  } catch (error) {
    if (isFailure(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

test('every event that happens here may be asked for, and no other', () => {
  for (const event of supportedEvents) assert.equal(refusal(rule('a', [event])), 'accepted');
  for (const event of ['s3:LifecycleTransition', 's3:ObjectAcl:Put', 's3:Replication:*', 's3:ObjectRestore:Post'])
    assert.equal(refusal(rule('a', [event])), `NotImplemented: Notifications for ${event} are not implemented`);
  assert.match(refusal(rule('a', ['s3:Nonsense'])), /^InvalidArgument: The event is not supported for notifications/);
  assert.match(refusal(rule('a', [])), /^MalformedXML/);
});

test('no two rules may select the same change, whatever their targets', () => {
  const created = rule('a', ['s3:ObjectCreated:*']);
  const overlap = /^InvalidArgument: Configurations overlap\./;
  const topic = { target: { kind: 'topic', arn: 'arn:aws:sns:us-east-1:000000000000:t' } } as const;
  assert.match(refusal(created, rule('b', ['s3:ObjectCreated:Post'], topic)), overlap);
  assert.match(refusal(rule('a', ['s3:LifecycleExpiration:*']), rule('b', ['s3:LifecycleExpiration:Delete'], topic)), overlap);
  assert.equal(refusal(created, rule('b', ['s3:ObjectRemoved:*', 's3:ObjectTagging:*'], topic)), 'accepted');
  const ambiguous = /^InvalidArgument: Configuration is ambiguously defined/;
  const [images, texts] = [
    { prefix: 'a/', suffix: '.jpg' },
    { prefix: 'a/b', suffix: '.txt' },
  ];
  assert.equal(refusal({ ...created, ...images }, rule('b', created.events as string[], texts)), 'accepted');
  assert.match(refusal({ ...created, ...images }, rule('b', created.events as string[], { prefix: 'a/b' })), ambiguous);
  assert.match(refusal(created, rule('a', ['s3:ObjectRemoved:*'])), /IDs must be unique$/);
});
