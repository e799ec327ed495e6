import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FA, fixture } from './fixture.suite.ts';

test('replaces all, and dispatch sees it at once', async (t) => {
  const { create, call, service } = await fixture(t);
  await create();
  assert.deepEqual(await service.findAsyncSettings(FA), { maxRetries: 2, maxAgeMs: 21_600_000 });
  const put = (input: object) => call('PutFunctionEventInvokeConfig', { FunctionName: 'f', ...input });
  const { LastModified, ...output } = await put({ MaximumRetryAttempts: 0 });
  assert.ok(LastModified instanceof Date);
  assert.deepEqual(JSON.parse(JSON.stringify(output)), {
    FunctionArn: `${FA}:$LATEST`,
    MaximumRetryAttempts: 0,
    DestinationConfig: { OnSuccess: {}, OnFailure: {} },
  });
  assert.deepEqual(await service.findAsyncSettings(FA), { maxRetries: 0, maxAgeMs: 21_600_000 });
  await put({ MaximumEventAgeInSeconds: 60 });
  assert.deepEqual(await service.findAsyncSettings(`${FA}:$LATEST`), { maxRetries: 2, maxAgeMs: 60_000 });
});

test('keeps destinations that are there and within reach, and refuses others to the word', async (t) => {
  const { create, call, service } = await fixture(t);
  const arn = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;
  const put = (OnFailure: string, OnSuccess?: string) =>
    call('PutFunctionEventInvokeConfig', {
      FunctionName: 'f',
      DestinationConfig: { OnFailure: { Destination: OnFailure }, ...(OnSuccess && { OnSuccess: { Destination: OnSuccess } }) },
    });
  await assert.rejects(put(arn('q')), { message: "The function doesn't exist." });
  await create();
  const { DestinationConfig } = await put(arn('q'), arn('done'));
  assert.deepEqual(DestinationConfig, { OnSuccess: { Destination: arn('done') }, OnFailure: { Destination: arn('q') } });
  const { onSuccess, onFailure } = await service.findAsyncSettings(FA);
  assert.deepEqual([onSuccess, onFailure], [arn('done'), arn('q')]);
  await assert.rejects(put(arn('missing')), { message: `The destination ARN ${arn('missing')} is invalid.` });
  await assert.rejects(put(arn('forbidden')), { message: /does not have permissions to call SendMessage on SQS/ });
  const foreign = arn('missing-forbidden').replace('000000000000', '222222222222');
  await assert.rejects(put(foreign), { message: /does not have permissions/ }, 'whether it is there is not said');
  await assert.rejects(put(FA), { message: "You can't specify the function as a destination for itself." });
  await assert.rejects(put(arn('q'), 'arn:aws:s3:::bucket'), {
    message:
      'The provided destination config DestinationConfig(onSuccess=OnSuccess(destination=arn:aws:s3:::bucket), onFailure=null) is invalid.',
  });
});

test('refuses nothing at all', async (t) => {
  const { create, call } = await fixture(t);
  await create();
  await assert.rejects(call('PutFunctionEventInvokeConfig', { FunctionName: 'f' }), {
    message: 'You must specify at least one of error handling or destination setting.',
  });
});
