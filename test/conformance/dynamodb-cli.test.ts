import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noAwsCli } from '../support/aws-shell.ts';
import { noBoto3, runBoto3 } from '../support/boto3.ts';
import { awsCommands } from './aws-cli.fixture.ts';

const aws = awsCommands();
const skip = noAwsCli;
const done = (...args: string[]) => aws.json('dynamodb', ...args);

test('the command line makes a table, waits for it, and puts, gets, queries and deletes', { skip }, async () => {
  const table = ['--table-name', 'cli'];
  await done(
    'create-table',
    ...table,
    ...['--attribute-definitions', 'AttributeName=pk,AttributeType=S', '--key-schema', 'AttributeName=pk,KeyType=HASH'],
    ...['--billing-mode', 'PAY_PER_REQUEST'],
  );
  await done('wait', 'table-exists', ...table);
  await done('put-item', ...table, '--item', '{"pk":{"S":"a"},"n":{"N":"1.50"}}');
  const { Item } = await done('get-item', ...table, '--key', '{"pk":{"S":"a"}}');
  assert.deepEqual(Item, { pk: { S: 'a' }, n: { N: '1.5' } });
  const failed = await aws.run(
    'dynamodb',
    'delete-item',
    ...table,
    '--key',
    '{"pk":{"S":"a"}}',
    '--condition-expression',
    'n > pk',
  );
  assert.match(
    failed.error,
    /\(ConditionalCheckFailedException\) when calling the DeleteItem operation: The conditional request failed/,
  );
  await done('delete-table', ...table);
  await done('wait', 'table-not-exists', ...table);
});

const BOTO = `
import boto3, sys
from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError
dynamo = boto3.resource('dynamodb', endpoint_url=sys.argv[1], region_name='us-east-1', aws_access_key_id='test', aws_secret_access_key='test')
table = dynamo.create_table(TableName='boto', BillingMode='PAY_PER_REQUEST',
  KeySchema=[{'AttributeName': 'pk', 'KeyType': 'HASH'}, {'AttributeName': 'sk', 'KeyType': 'RANGE'}],
  AttributeDefinitions=[{'AttributeName': 'pk', 'AttributeType': 'S'}, {'AttributeName': 'sk', 'AttributeType': 'N'}])
table.wait_until_exists()
with table.batch_writer() as batch:
  for i in range(30): batch.put_item(Item={'pk': 'a', 'sk': i, 'data': b'x', 'tags': {'t', 'u'}})
found = table.query(KeyConditionExpression=Key('pk').eq('a') & Key('sk').between(5, 8), FilterExpression=Attr('sk2').not_exists())
assert [int(item['sk']) for item in found['Items']] == [5, 6, 7, 8], found
assert found['Items'][0]['tags'] == {'t', 'u'} and found['Items'][0]['data'].value == b'x'
try:
  table.put_item(Item={'pk': 'a', 'sk': 1}, ConditionExpression=Attr('pk').not_exists())
  raise AssertionError('no error')
except ClientError as error:
  assert error.response['Error']['Code'] == 'ConditionalCheckFailedException', error.response
print(table.scan(Select='COUNT')['Count'])
`;

test('boto3 does the same', { skip: noBoto3 }, async () => {
  assert.equal(await runBoto3(BOTO, [aws.url]), '30');
});
