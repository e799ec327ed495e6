import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { IAM } from '@aws-sdk/client-iam';
import { Scheduler } from '@aws-sdk/client-scheduler';
import { SQS } from '@aws-sdk/client-sqs';
import { type Platform, removeDirectory, startPlatform, temporaryDirectory } from '../support/platform.ts';
import { PROCESS_DRIVER } from '../support/sdk.ts';

const SCHEDULES = 60;
const KILLS_AT_MS = [2500, 4000, 5500];
const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:due';
const directory = temporaryDirectory();
let platform: Platform | undefined;
after(async () => {
  await platform?.stop();
  removeDirectory(directory);
});

async function start() {
  platform = await startPlatform({ directory, config: PROCESS_DRIVER });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const config = { endpoint: platform.url, region: 'us-east-1', credentials };
  return { scheduler: new Scheduler(config), sqs: new SQS(config), iam: new IAM(config) };
}

const document = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] });
const waitUntil = (time: number) => new Promise((resolve) => setTimeout(resolve, Math.max(0, time - Date.now())));

test('schedules that are due while the platform is killed again and again each fire once', async () => {
  let { scheduler, sqs, iam } = await start();
  const trust = document({ Principal: { Service: 'scheduler.amazonaws.com' }, Action: 'sts:AssumeRole' });
  const RoleArn = (await iam.createRole({ RoleName: 'due', AssumeRolePolicyDocument: trust })).Role!.Arn!;
  const PolicyDocument = document({ Action: 'sqs:SendMessage', Resource: QUEUE });
  await iam.putRolePolicy({ RoleName: 'due', PolicyName: 'send', PolicyDocument });
  await sqs.createQueue({ QueueName: 'due' });
  const began = Date.now();
  const create = (n: number) => {
    const at = new Date(began + 2000 + n * 75).toISOString().slice(0, 19);
    const Target = { Arn: QUEUE, RoleArn, Input: String(n) };
    const plain = { FlexibleTimeWindow: { Mode: 'OFF' }, ActionAfterCompletion: 'DELETE' } as const;
    return scheduler.createSchedule({ Name: `s${n}`, ScheduleExpression: `at(${at})`, Target, ...plain });
  };
  await Promise.all(Array.from({ length: SCHEDULES }, (_, n) => create(n)));
  for (const at of KILLS_AT_MS) {
    await waitUntil(began + at);
    await platform!.kill();
    ({ scheduler, sqs, iam } = await start());
  }
  const { QueueUrl } = await sqs.getQueueUrl({ QueueName: 'due' });
  const fired: number[] = [];
  for (const end = Date.now() + 30_000; fired.length < SCHEDULES && Date.now() < end; ) {
    const { Messages = [] } = await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 });
    for (const { Body, ReceiptHandle } of Messages) {
      fired.push(Number(Body));
      await sqs.deleteMessage({ QueueUrl, ReceiptHandle });
    }
  }
  const { Messages: more = [] } = await sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 1 });
  const all = Array.from({ length: SCHEDULES }, (_, n) => n);
  assert.deepEqual([fired.sort((a, b) => a - b), more.length], [all, 0]);
  assert.deepEqual((await scheduler.listSchedules({})).Schedules, []);
});
