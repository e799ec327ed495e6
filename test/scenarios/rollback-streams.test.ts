import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { Kinesis } from '@aws-sdk/client-kinesis';
import { clients, createRole } from '../support/deploy.ts';
import { dalamb } from '../support/examples.ts';
import { startPlatform } from '../support/platform.ts';
import { repositoryAt } from '../support/pushed-application.ts';
import { eventually } from '../support/sdk.ts';

/** Says what it read, under its version. */
const reader = (version: string) =>
  `exports.handler = async ({ Records }) => {
  for (const { kinesis } of Records) console.log('${version} read ' + Buffer.from(kinesis.data, 'base64'));
};
`;
const POLICIES = ['service-role/AWSLambdaKinesisExecutionRole'];
const DECLARED = '[functions.read]\nevents = ["kinesis:clicks"]\n[streams.clicks]\nshards = 2\n[buckets.photos]\n';

test('what a bad release read of a stream is read again by the one that is gone back to', { timeout: 120_000 }, async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-streams-'));
  const platform = await startPlatform();
  try {
    const role = await createRole(clients(platform.url), 'reader', POLICIES);
    await dalamb(platform, 'create', 'shop', '--role', role);
    const cli = (...args: string[]) => dalamb(platform, '--app', 'shop', ...args);
    const repository = await repositoryAt(path.join(folder, 'app'), { dalamb: `${platform.url}/_dalamb/git/shop.git` });
    const kinesis = new Kinesis({
      endpoint: platform.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    const put = (Data: string, PartitionKey: string) =>
      kinesis.putRecord({ StreamName: 'shop-clicks', Data: Buffer.from(Data), PartitionKey });
    const said = (line: string) => eventually(line, async () => (await cli('logs')).includes(line) || undefined);

    await repository.commit('Good', { Procfile: 'read: read.handler\n', 'read.js': reader('good'), 'dalamb.toml': DECLARED });
    await repository.push('dalamb');
    await put('first', 'a');
    await put('second', 'zz');
    await said('good read first');
    await said('good read second');
    await repository.commit('Bad', { 'read.js': reader('bad') });
    await repository.push('dalamb');
    await put('third', 'a');
    await put('fourth', 'zz');
    await said('bad read third');
    await said('bad read fourth');

    const plan = await cli('rollback', '--plan');
    assert.match(plan, /^back to v1:\n/);
    assert.match(plan, /data stays as it is: .*bucket photos/);
    assert.match(plan, /with --streams: read kinesis:shop-clicks\n$/);
    assert.match(await cli('rollback', '--streams'), /v3: Roll back to v1, streams too/);
    await said('good read third');
    await said('good read fourth');
    await put('fifth', 'a');
    await said('good read fifth');
    const read = (await cli('logs')).match(/good read (first|second)/g);
    assert.equal(read?.length, 2, 'what the good one had read is not read again');
    kinesis.destroy();
  } finally {
    await platform.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  }
});
