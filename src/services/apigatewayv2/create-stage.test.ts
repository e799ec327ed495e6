import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { httpApis, stranger } from './http-apis.fixture.ts';

const room = httpApis();

test('a stage deploys by itself, or shows a deployment, or nothing yet', async () => {
  const { ApiId } = await room.call('CreateApi', { Name: 'n', ProtocolType: 'HTTP' });
  await room.call('CreateRoute', { ApiId, RouteKey: 'GET /' });
  const live = await room.call('CreateStage', {
    ApiId,
    StageName: 'live',
    AutoDeploy: true,
    StageVariables: { v: '1' },
    Tags: { t: '1' },
  });
  assert.match(live.LastDeploymentStatusMessage, new RegExp(live.DeploymentId));
  assert.deepEqual([live.StageVariables, live.Tags, live.AutoDeploy], [{ v: '1' }, { t: '1' }, true]);
  const { DeploymentId } = await room.call('CreateDeployment', { ApiId });
  const fixed = await room.call('CreateStage', { ApiId, StageName: 'fixed', DeploymentId });
  assert.deepEqual([fixed.DeploymentId, fixed.AutoDeploy], [DeploymentId, false]);
  await room.call('CreateStage', { ApiId, StageName: 'empty' });
  await room.call('CreateRoute', { ApiId, RouteKey: 'GET /later' });
  const shows = async (stage: string) =>
    (await room.find(ApiId))?.stages.get(stage)?.deployment?.match('GET', '/later')?.route.key;
  assert.deepEqual([await shows('live'), await shows('fixed'), await shows('empty')], ['GET /later', undefined, undefined]);
  const automatic = (await room.call('GetDeployments', { ApiId })).Items.filter(
    ({ AutoDeployed }: { AutoDeployed: boolean }) => AutoDeployed,
  );
  assert.equal(automatic.length, 1);
});

test('settings that would not be enforced are refused', async () => {
  const ApiId = await room.api();
  const cases: [object, string, RegExp][] = [
    [{ StageName: 'a/b' }, 'BadRequestException', /Stage name/],
    [{ DefaultRouteSettings: { DetailedMetricsEnabled: true } }, 'NotImplemented', /DetailedMetricsEnabled/],
    [{ DefaultRouteSettings: { LoggingLevel: 'INFO' } }, 'BadRequestException', /Execution logs/],
    [{ RouteSettings: { nowhere: {} } }, 'BadRequestException', /route key/],
    [{ StageVariables: { 'a b': '1' } }, 'BadRequestException', /name/],
    [{ StageVariables: { a: 'ä' } }, 'BadRequestException', /value/],
    [
      { AccessLogSettings: { DestinationArn: 'arn:aws:firehose:us-east-1:0:x', Format: '$context.requestId' } },
      'NotImplemented',
      /delivery stream/,
    ],
    [
      { AccessLogSettings: { DestinationArn: 'arn:aws:logs:us-east-1:000000000000:log-group:g', Format: 'x' } },
      'BadRequestException',
      /requestId/,
    ],
    [{ DeploymentId: 'none' }, 'NotFoundException', /Deployment/],
    [{ AutoDeploy: true, DeploymentId: 'x' }, 'BadRequestException', /autoDeploy/],
    [{ ClientCertificateId: 'x' }, 'BadRequestException', /ClientCertificateId/],
  ];
  for (const [input, code, text] of cases)
    assert.match((await refused(room.call('CreateStage', { ApiId, StageName: 's', ...input }), code)).message, text);
  await refused(room.call('CreateStage', { ApiId, StageName: '$default' }), 'ConflictException');
  await refused(room.call('CreateStage', { ApiId, StageName: 's' }, stranger), 'NotFoundException');
});
