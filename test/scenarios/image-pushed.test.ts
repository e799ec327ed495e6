import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { ECR } from '@aws-sdk/client-ecr';
import { waitUntilFunctionActiveV2 } from '@aws-sdk/client-lambda';
import { clients, createRole } from '../support/deploy.ts';
import { credentials } from '../support/examples.ts';
import { buildGo } from '../support/go-function.ts';
import { lacking, run } from '../support/image-tools.ts';
import { ociMissing } from '../support/invoke-room.ts';
import { removeDirectory, startPlatform, temporaryDirectory } from '../support/platform.ts';

const FunctionName = 'pushed';
const skip = ociMissing ?? lacking('skopeo', 'umoci');

test('an image built by umoci is pushed by skopeo with a token of ECR, and runs as it is', {
  skip,
  timeout: 180_000,
}, async (t) => {
  const program = await buildGo('go-echo');
  if (!program) return t.skip('there is no Go here');
  const folder = temporaryDirectory();
  fs.mkdirSync(folder, { recursive: true });
  t.after(() => removeDirectory(folder));
  const platform = await startPlatform();
  t.after(() => platform.stop());
  const umoci = (...args: string[]) => run('umoci', args, folder);
  await umoci('init', '--layout', 'made');
  await umoci('new', '--image', 'made:1');
  await umoci('unpack', '--image', 'made:1', 'bundle');
  fs.writeFileSync(path.join(folder, 'bundle/rootfs/app'), program, { mode: 0o755 });
  await umoci('repack', '--image', 'made:1', 'bundle');
  await umoci('config', '--image', 'made:1', '--config.entrypoint', '/app', '--config.env', 'FROM_IMAGE=yes');

  const ecr = new ECR({ endpoint: platform.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  t.after(() => ecr.destroy());
  await ecr.createRepository({ repositoryName: 'team/pushed' });
  const { authorizationData } = await ecr.getAuthorizationToken({});
  const login = Buffer.from(authorizationData![0]!.authorizationToken!, 'base64').toString();
  const host = new URL(platform.url).host;
  const to = `docker://${host}/team/pushed:1`;
  await run('skopeo', ['--insecure-policy', 'copy', '--dest-tls-verify=false', '--dest-creds', login, 'oci:made:1', to], folder);

  const of = clients(platform.url);
  const Role = await createRole(of, 'runner', ['service-role/AWSLambdaBasicExecutionRole']);
  const ImageUri = '000000000000.dkr.ecr.us-east-1.amazonaws.com/team/pushed:1';
  await of.lambda.createFunction({ FunctionName, Role, PackageType: 'Image', Code: { ImageUri }, MemorySize: 256 });
  await waitUntilFunctionActiveV2({ client: of.lambda, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, { FunctionName });
  const event = { hello: 'image' };
  const answer = await of.lambda.invoke({ FunctionName, Payload: Buffer.from(JSON.stringify(event)) });
  const said = Buffer.from(answer.Payload!).toString();
  assert.equal(answer.FunctionError, undefined, said);
  assert.match(said, /hello.*image/);
});
