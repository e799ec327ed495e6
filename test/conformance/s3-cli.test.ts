import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { test } from 'node:test';
import { noAwsCli } from '../support/aws-shell.ts';
import { awsCommands } from './aws-cli.fixture.ts';

const aws = awsCommands();
const skip = noAwsCli;
const { text: done, file } = aws;

test('mb, cp, ls, mv, rm, rb', { skip }, async () => {
  assert.match(await done('s3', 'mb', 's3://cli'), /make_bucket: cli/);
  fs.writeFileSync(file('a b.txt'), 'text');
  await done('s3', 'cp', 'a b.txt', 's3://cli/d/ü + %.txt', '--content-type', 'text/x', '--metadata', 'k=v');
  assert.match(await done('s3', 'ls', 's3://cli/'), /PRE d\//);
  assert.match(await done('s3', 'ls', 's3://cli', '--recursive'), /\s4 d\/ü \+ %\.txt/);
  const head = JSON.parse(await done('s3api', 'head-object', '--bucket', 'cli', '--key', 'd/ü + %.txt'));
  assert.deepEqual([head.ContentType, head.Metadata, head.ContentLength], ['text/x', { k: 'v' }, 4]);
  assert.equal(await done('s3', 'cp', 's3://cli/d/ü + %.txt', '-'), 'text');
  await done('s3', 'mv', 's3://cli/d/ü + %.txt', 's3://cli/moved');
  const full = await aws.run('s3', 'rb', 's3://cli');
  assert.notEqual(full.code, 0);
  assert.match(
    full.error,
    /\(BucketNotEmpty\) when calling the DeleteBucket operation: The bucket you tried to delete is not empty/,
  );
  await done('s3', 'rb', 's3://cli', '--force');
  const gone = await aws.run('s3', 'ls', 's3://cli');
  assert.match(gone.error, /\(NoSuchBucket\) when calling the ListObjectsV2 operation: The specified bucket does not exist/);
});

test('a file of 20 MB goes in parts and comes back the same', { skip }, async () => {
  const content = randomBytes(20 * 2 ** 20);
  fs.writeFileSync(file('large'), content);
  await done('s3', 'mb', 's3://large');
  await done('s3', 'cp', 'large', 's3://large/large', '--no-progress');
  const head = JSON.parse(await done('s3api', 'head-object', '--bucket', 'large', '--key', 'large'));
  assert.match(head.ETag, /^"[0-9a-f]{32}-3"$/);
  await done('s3', 'cp', 's3://large/large', 's3://large/copy', '--no-progress');
  await done('s3', 'cp', 's3://large/copy', 'back', '--no-progress');
  assert.ok(fs.readFileSync(file('back')).equals(content));
});

test('sync copies what is new, and deletes what is gone', { skip }, async () => {
  fs.mkdirSync(file('tree/sub'), { recursive: true });
  fs.writeFileSync(file('tree/one'), '1');
  fs.writeFileSync(file('tree/sub/two'), '2');
  await done('s3', 'mb', 's3://sync');
  assert.equal((await done('s3', 'sync', 'tree', 's3://sync/t')).match(/upload:/g)?.length, 2);
  assert.equal(await done('s3', 'sync', 'tree', 's3://sync/t'), '');
  fs.rmSync(file('tree/one'));
  assert.match(await done('s3', 'sync', 'tree', 's3://sync/t', '--delete'), /delete: s3:\/\/sync\/t\/one/);
  await done('s3', 'sync', 's3://sync/t', 'down');
  assert.equal(fs.readFileSync(file('down/sub/two'), 'utf8'), '2');
});

test('presign, and errors by their codes', { skip }, async () => {
  await done('s3', 'mb', 's3://signed');
  fs.writeFileSync(file('p'), 'presigned');
  await done('s3', 'cp', 'p', 's3://signed/p');
  const url = (await done('s3', 'presign', 's3://signed/p', '--expires-in', '60')).trim();
  assert.equal(await (await fetch(url)).text(), 'presigned');
  const missing = await aws.run('s3api', 'get-object', '--bucket', 'signed', '--key', 'none', 'out');
  assert.match(missing.error, /\(NoSuchKey\) when calling the GetObject operation: The specified key does not exist\./);
  const faster = ['s3api', 'put-bucket-accelerate-configuration', '--bucket', 'signed', '--accelerate-configuration'];
  assert.match(
    (await aws.run(...faster, 'Status=Enabled')).error,
    /\(NotImplemented\) when calling the PutBucketAccelerateConfiguration operation/,
  );
  const range = await aws.run('s3api', 'get-object', '--bucket', 'signed', '--key', 'p', '--range', 'bytes=3-5', 'part');
  assert.equal(range.code, 0, range.error);
  assert.equal(fs.readFileSync(file('part'), 'utf8'), 'sig');
});
