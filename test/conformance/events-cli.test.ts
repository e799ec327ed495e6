import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noAwsCli } from '../support/aws-shell.ts';
import { noBoto3, runBoto3 } from '../support/boto3.ts';
import { awsCommands } from './aws-cli.fixture.ts';

const aws = awsCommands();
const done = aws.json;

test('the command line puts rules, events and schedules', { skip: noAwsCli }, async () => {
  const { RuleArn } = await done('events', 'put-rule', '--name', 'cli', '--event-pattern', '{"source":["cli"]}');
  assert.equal(RuleArn, 'arn:aws:events:us-east-1:000000000000:rule/cli');
  const target = 'Id=1,Arn=arn:aws:sqs:us-east-1:000000000000:q,InputPath=$.detail';
  assert.deepEqual(await done('events', 'put-targets', '--rule', 'cli', '--targets', target), {
    FailedEntryCount: 0,
    FailedEntries: [],
  });
  const entry = '[{"Source":"cli","DetailType":"d","Detail":"{}"},{"Source":"cli","DetailType":"d","Detail":"x"}]';
  const put = await done('events', 'put-events', '--entries', entry);
  assert.deepEqual([put.FailedEntryCount, put.Entries[1].ErrorCode], [1, 'MalformedDetail']);
  const { error } = await aws.run('events', 'delete-rule', '--name', 'cli');
  assert.match(
    error,
    /\(ValidationException\) when calling the DeleteRule operation: Rule can't be deleted since it has targets\./,
  );
  const group = await done('scheduler', 'create-schedule-group', '--name', 'cli');
  assert.equal(group.ScheduleGroupArn, 'arn:aws:scheduler:us-east-1:000000000000:schedule-group/cli');
  const missing = await aws.run('scheduler', 'get-schedule', '--name', 'none', '--group-name', 'cli');
  assert.match(
    missing.error,
    /\(ResourceNotFoundException\) when calling the GetSchedule operation: Schedule none does not exist\./,
  );
});

const BOTO = `
import boto3, json, sys
from datetime import datetime, timezone
known = dict(endpoint_url=sys.argv[1], region_name='us-east-1', aws_access_key_id='test', aws_secret_access_key='test')
events, scheduler, iam = [boto3.client(name, **known) for name in ('events', 'scheduler', 'iam')]
bus = events.create_event_bus(Name='boto')['EventBusArn']
for i in range(105):
  events.put_rule(Name='r%03d' % i, EventBusName='boto', EventPattern='{"source":["x"]}')
pages = list(events.get_paginator('list_rules').paginate(EventBusName='boto'))
assert [len(p['Rules']) for p in pages] == [100, 5], [len(p['Rules']) for p in pages]
at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
put = events.put_events(Entries=[dict(Source='x', DetailType='d', Detail='{}', EventBusName=bus, Time=at)])
assert put['FailedEntryCount'] == 0 and len(put['Entries'][0]['EventId']) == 36, put
event = dict(id='1', account='1', source='x', time='t', region='r', **{'detail-type': 'd'})
assert events.test_event_pattern(EventPattern='{"source":[{"wildcard":"*"}]}', Event=json.dumps(event))['Result'] is True
try:
  events.create_archive(ArchiveName='a', EventSourceArn=bus + 'x')
  assert False
except events.exceptions.ResourceNotFoundException as error:
  assert str(error).endswith('Event bus botox does not exist.'), error
trust = dict(Version='2012-10-17', Statement=[dict(Effect='Allow', Principal=dict(Service='scheduler.amazonaws.com'), Action='sts:AssumeRole')])
role = iam.create_role(RoleName='boto', AssumeRolePolicyDocument=json.dumps(trust))['Role']['Arn']
given = dict(ScheduleExpression='rate(1 hour)', FlexibleTimeWindow=dict(Mode='OFF'), Target=dict(Arn='arn:aws:sqs:us-east-1:000000000000:q', RoleArn=role))
for i in range(3):
  scheduler.create_schedule(Name='s%d' % i, EndDate=at.replace(year=2099), **given)
pages = list(scheduler.get_paginator('list_schedules').paginate(PaginationConfig=dict(PageSize=2)))
assert [len(p['Schedules']) for p in pages] == [2, 1], pages
assert scheduler.get_schedule(Name='s0')['EndDate'] == at.replace(year=2099)
scheduler.update_schedule(Name='s0', State='DISABLED', **given)
assert 'EndDate' not in scheduler.get_schedule(Name='s0')
try:
  scheduler.create_schedule(Name='s0', **given)
  assert False
except scheduler.exceptions.ConflictException as error:
  assert error.response['Message'] == 'Schedule s0 already exists.' and error.response['ResponseMetadata']['HTTPStatusCode'] == 409, error.response
print('all well')
`;

test('boto3 pages, reads times and knows the exceptions', { skip: noBoto3 }, async () => {
  assert.equal(await runBoto3(BOTO, [aws.url], aws.folder), 'all well');
});
