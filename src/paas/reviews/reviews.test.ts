import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fail } from '../../kernel/index.ts';
import type { DeclaredResource } from '../../model/index.ts';
import { readConfig } from '../apps/stage-changes.ts';
import { applications, stages } from '../collections.ts';
import { reviews } from './collections.ts';
import { codeOf, HOME, type ReviewWorld, reviewWorld } from './reviews.fixture.ts';
import { environmentName } from './rows.ts';

const COMMIT = 'bffeb74224043ba2feb48d137756c8a9331c449a';
const NEXT = '28e1879d029cb852e4844d9c718537df08844e03';
const resources: DeclaredResource[] = [
  { kind: 'bucket', name: 'photos', settings: { versioning: true } },
  { kind: 'table', name: 'orders', settings: { key: 'id' } },
  { kind: 'queue', name: 'jobs', settings: { fifo: true } },
  { kind: 'topic', name: 'news', settings: {} },
];
const trust = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

/** A role with policies of all three kinds, and an application at home with configuration and resources. */
async function open(t: Parameters<typeof reviewWorld>[0]): Promise<ReviewWorld> {
  const world = await reviewWorld(t);
  const home = world.operate(HOME.account);
  const RoleName = 'runner';
  await home('iam', 'CreateRole', { RoleName, Path: '/apps/', AssumeRolePolicyDocument: JSON.stringify(trust) });
  const statement = (Action: string, Resource: string[]) => ({
    PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource }] }),
  });
  const photos = ['arn:aws:s3:::shop-photos/*', 'arn:aws:s3:::shop-photos-of-others/*'];
  await home('iam', 'PutRolePolicy', { RoleName, PolicyName: 'photos', ...statement('s3:*', photos) });
  const orders = ['arn:aws:dynamodb:us-east-1:000000000000:table/shop-orders'];
  const made = await home<{ Policy: { Arn: string } }>('iam', 'CreatePolicy', {
    PolicyName: 'orders',
    ...statement('dynamodb:*', orders),
  });
  await home('iam', 'AttachRolePolicy', { RoleName, PolicyArn: made.Policy.Arn });
  const PolicyArn = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
  await home('iam', 'AttachRolePolicy', { RoleName, PolicyArn });
  world.resources = resources;
  await world.release({ GREETING: 'hello', API_KEY: 's3cret' });
  world.branches.set('feature/One', COMMIT);
  return world;
}

test('a branch runs in an environment of its own: role, configuration and empty resources of the base', async (t) => {
  const world = await open(t);
  await world.ask('PUT /apps/shop/review-settings', { omit: ['API_KEY'], days: 2 });
  const { review } = await world.ask('POST /apps/shop/reviews', { branch: 'feature/One' });
  const name = environmentName('shop', 'feature/One');
  assert.match(name, /^r-feature-one-[0-9a-f]{6}$/);
  assert.deepEqual([review.environment, review.commit, review.release, review.state], [name, COMMIT, 2, 'open']);
  assert.ok(Math.abs(review.expiresAt - Date.now() - 2 * 86_400_000) < 60_000);
  const { account } = review;
  const environment = await world.ports.findEnvironment(name);
  assert.deepEqual([environment!.account, environment!.kind, environment!.review!.branch], [account, 'review', 'feature/One']);
  assert.deepEqual(await readConfig(world, 'shop', account), { GREETING: 'hello' });
  const there = world.operate(account);
  const role = (await world.store.read.get(stages, ['shop', account]))!.role;
  assert.equal(role, `arn:aws:iam::${account}:role/apps/runner`);
  const policy = async (PolicyName: string) => {
    const { PolicyDocument } = await there<{ PolicyDocument: string }>('iam', 'GetRolePolicy', {
      RoleName: 'runner',
      PolicyName,
    });
    return JSON.parse(decodeURIComponent(PolicyDocument)).Statement[0].Resource;
  };
  assert.deepEqual(await policy('photos'), [`arn:aws:s3:::shop-photos-${name}/*`, 'arn:aws:s3:::shop-photos-of-others/*']);
  assert.deepEqual(await policy('orders'), [`arn:aws:dynamodb:us-east-1:${account}:table/shop-orders-${name}`]);
  const { AttachedPolicies } = await there<{ AttachedPolicies: unknown[] }>('iam', 'ListAttachedRolePolicies', {
    RoleName: 'runner',
  });
  assert.equal(AttachedPolicies.length, 1);
  await there('s3', 'HeadBucket', { Bucket: `shop-photos-${name}` });
  await there('sqs', 'GetQueueUrl', { QueueName: `shop-jobs-${name}.fifo` });
  assert.equal((await world.ask('GET /apps/shop/reviews')).reviews.length, 1);
});

test('again it follows the branch, keeps its own configuration, and stays longer; the same commit is no release', async (t) => {
  const world = await open(t);
  const first = (await world.ask('POST /apps/shop/reviews', { branch: 'feature/One' })).review;
  await world.release({ GREETING: 'other' });
  const same = (await world.ask('POST /apps/shop/reviews', { branch: 'feature/One' })).review;
  assert.deepEqual([same.release, same.account], [first.release, first.account]);
  world.branches.set('feature/One', NEXT);
  const next = (await world.ask('POST /apps/shop/reviews', { branch: 'feature/One' })).review;
  assert.deepEqual([next.release, next.commit], [first.release + 1, NEXT]);
  assert.ok(next.expiresAt >= first.expiresAt);
  assert.equal((await world.ports.findEnvironment(first.account))!.review!.expiresAt, next.expiresAt);
  assert.equal((await readConfig(world, 'shop', first.account)).GREETING, 'hello');
});

test('destroyed, nothing of it is left but its account number; home stays whole', async (t) => {
  const world = await open(t);
  const { review } = await world.ask('POST /apps/shop/reviews', { branch: 'feature/One' });
  const { account, environment } = review;
  const there = world.operate(account);
  const Bucket = `shop-photos-${environment}`;
  for (const Key of ['a', 'a', 'b']) await there('s3', 'PutObject', { Bucket, Key, Body: Buffer.from('x') });
  await there('s3', 'DeleteObject', { Bucket, Key: 'b' });
  await there('s3', 'CreateMultipartUpload', { Bucket, Key: 'c' });
  assert.deepEqual(await world.ask('DELETE /apps/shop/reviews', undefined, { branch: 'feature/One' }), {
    destroyed: 'feature/One',
  });
  assert.equal(await codeOf(there('s3', 'ListObjectVersions', { Bucket })), 'NoSuchBucket');
  assert.equal(await codeOf(there('sqs', 'GetQueueUrl', { QueueName: `shop-jobs-${environment}.fifo` })), 'QueueDoesNotExist');
  assert.equal(await codeOf(there('iam', 'GetRole', { RoleName: 'runner' })), 'NoSuchEntity');
  assert.deepEqual((await there<{ Topics: unknown[] }>('sns', 'ListTopics', {})).Topics, []);
  assert.equal(await world.ports.findEnvironment(environment), undefined);
  assert.equal(await world.store.read.get(stages, ['shop', account]), undefined);
  assert.deepEqual((await world.ask('GET /apps/shop/reviews')).reviews, []);
  assert.equal(await codeOf(world.ask('DELETE /apps/shop/reviews', undefined, { branch: 'feature/One' })), 'NoSuchThing');
  const home = world.operate(HOME.account);
  await home('s3', 'HeadBucket', { Bucket: 'shop-photos' });
  await home('iam', 'GetRole', { RoleName: 'runner' });
  assert.ok(await world.store.read.get(stages, ['shop', HOME.account]));
});

test('what failed in the middle goes on: making at the next try, destroying by itself', async (t) => {
  const world = await open(t);
  for (const at of ['iam CreateRole', 'iam PutRolePolicy', 'sqs CreateQueue']) {
    world.before = (operation) => {
      if (operation === at) throw fail('Broken', at);
    };
    assert.ok(await codeOf(world.ask('POST /apps/shop/reviews', { branch: 'feature/One' })), at);
  }
  world.before = () => {};
  assert.match((await world.ask('GET /apps/shop/reviews')).reviews[0].failure, /sqs CreateQueue/);
  const { review } = await world.ask('POST /apps/shop/reviews', { branch: 'feature/One' });
  assert.deepEqual([review.failure, review.commit], [undefined, COMMIT]);
  assert.equal((await world.ports.findEnvironment(review.environment))!.account, review.account);
  for (const at of ['s3 DeleteBucket', 'sns DeleteTopic', 'iam DeleteRole']) {
    world.before = (operation) => {
      if (operation === at) throw fail('Broken', at);
    };
    assert.equal(await codeOf(world.ask('DELETE /apps/shop/reviews', undefined, { branch: 'feature/One' })), 'Broken', at);
  }
  assert.equal((await world.store.read.get(reviews, ['shop', 'feature/One']))!.state, 'closing');
  assert.equal(await codeOf(world.ask('POST /apps/shop/reviews', { branch: 'feature/One' })), 'ReleaseUnderWay');
  world.before = () => {};
  await world.reviews.service.start();
  await gone(world);
  assert.equal(await codeOf(world.operate(review.account)('iam', 'GetRole', { RoleName: 'runner' })), 'NoSuchEntity');
});

async function gone({ store }: ReviewWorld): Promise<void> {
  for (let left = 500; await store.read.get(reviews, ['shop', 'feature/One']); left--) {
    assert.ok(left > 0, 'it is there still');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test('one that is over goes by itself, one that is not stays', async (t) => {
  const world = await open(t);
  world.branches.set('stays', COMMIT);
  await world.ask('POST /apps/shop/reviews', { branch: 'stays' });
  const { review } = await world.ask('POST /apps/shop/reviews', { branch: 'feature/One' });
  await world.store.transact((tx) => tx.put(reviews, { ...review, expiresAt: Date.now() - 1 }));
  await world.reviews.service.start();
  await gone(world);
  assert.deepEqual(
    (await world.ask('GET /apps/shop/reviews')).reviews.map(({ branch }: { branch: string }) => branch),
    ['stays'],
  );
});

test('pull requests: opened, moved, closed; another one of the same branch ends nothing', async (t) => {
  const world = await open(t);
  const { signal } = new AbortController();
  const pull = (number: number) => ({ app: 'shop', branch: 'feature/One', number, author: 'github:octocat', signal });
  assert.match(await world.reviews.pulls.opened(pull(7)), /^review app in r-feature-one-[0-9a-f]{6}, v2$/);
  assert.match(await world.reviews.pulls.closed(pull(8)), /is of #7/);
  assert.match(await world.reviews.pulls.closed(pull(7)), /is destroyed/);
  assert.match(await world.reviews.pulls.closed(pull(7)), /has no review app/);
});

test('review apps and settings are shown to readers of the application’s home, whatever environment they name', async (t) => {
  const world = await open(t);
  await world.ask('POST /apps/shop/reviews', { branch: 'feature/One' });
  world.denied.add(`reader ${HOME.account}`);
  for (const route of ['GET /apps/shop/reviews', 'GET /apps/shop/review-settings'])
    assert.equal(await codeOf(world.ask(route, undefined, { account: '999999999999' })), 'AccessDenied', route);
});

test('a review app that is left of an earlier application of this name is not taken over', async (t) => {
  const world = await open(t);
  const { review } = await world.ask('POST /apps/shop/reviews', { branch: 'feature/One' });
  await world.store.transact((tx) => tx.put(reviews, { ...review, createdAt: -1 }));
  assert.equal(await codeOf(world.ask('POST /apps/shop/reviews', { branch: 'feature/One' })), 'ReleaseUnderWay');
});

test('settings end with their application', async (t) => {
  const world = await open(t);
  assert.deepEqual((await world.ask('PUT /apps/shop/review-settings', { omit: ['API_KEY'], days: 3 })).omit, ['API_KEY']);
  const application = (await world.store.read.get(applications, ['shop']))!;
  await world.store.transact((tx) => tx.put(applications, { ...application, createdAt: 2 }));
  const { base, omit, days } = await world.ask('GET /apps/shop/review-settings');
  assert.deepEqual([base, omit, days], ['default', [], 7]);
});

test('one that was killed before it was whole, of an application that is gone, goes too', async (t) => {
  const world = await open(t);
  world.before = (operation) => {
    if (operation === 'iam CreateRole') throw fail('Broken', 'killed');
  };
  assert.equal(await codeOf(world.ask('POST /apps/shop/reviews', { branch: 'feature/One' })), 'Broken');
  const { environment } = (await world.store.read.get(reviews, ['shop', 'feature/One']))!;
  await world.store.transact(async (tx) => {
    const review = (await tx.get(reviews, ['shop', 'feature/One']))!;
    await tx.put(reviews, { ...review, expiresAt: 1 });
    await tx.delete(stages, ['shop', HOME.account]);
    await tx.delete(applications, ['shop']);
  });
  await world.reviews.service.start();
  await gone(world);
  assert.equal(await world.ports.findEnvironment(environment), undefined);
});

test('an application that goes while its review app is being made leaves no stage of it', async (t) => {
  const world = await open(t);
  world.before = (operation) => {
    if (operation !== 'iam CreateRole') return;
    void world.store.transact(async (tx) => {
      await tx.delete(stages, ['shop', HOME.account]);
      await tx.delete(applications, ['shop']);
    });
  };
  assert.equal(await codeOf(world.ask('POST /apps/shop/reviews', { branch: 'feature/One' })), 'NoSuchThing');
  assert.deepEqual((await world.store.read.range(stages, { prefix: ['shop'], limit: 10 })).items, []);
});

test('who may not see the configuration of the base makes none; roles that would be allowed more are not copied', async (t) => {
  const world = await open(t);
  world.denied.add(`deployer ${HOME.account}`);
  assert.equal(await codeOf(world.ask('POST /apps/shop/reviews', { branch: 'feature/One' })), 'AccessDenied');
  assert.equal(await codeOf(world.ask('PUT /apps/shop/review-settings', { days: 3 })), 'AccessDenied');
  world.denied.clear();
  assert.equal(await codeOf(world.ask('POST /apps/shop/reviews', { branch: 'none' })), 'NoSuchThing');
  assert.equal(await codeOf(world.ask('POST /apps/shop/reviews', { branch: '../up' })), 'InvalidRequest');
  for (const change of [{ days: 0 }, { days: 91 }, { omit: ['a b'] }, { omit: 'A' }, { base: 5 }, { colour: 'red' }])
    assert.equal(await codeOf(world.ask('PUT /apps/shop/review-settings', change)), 'InvalidRequest', JSON.stringify(change));
  assert.equal(await codeOf(world.ask('PUT /apps/shop/review-settings', { base: 'nowhere' })), 'NoSuchThing');
  const PermissionsBoundary = `arn:aws:iam::${HOME.account}:policy/orders`;
  await world.operate(HOME.account)('iam', 'PutRolePermissionsBoundary', { RoleName: 'runner', PermissionsBoundary });
  await assert.rejects(
    world.ask('POST /apps/shop/reviews', { branch: 'feature/One' }),
    /boundary of its account, which is not copied/,
  );
});
