// Deploys the analytics pipeline, again and again if you like; --remove takes it away.
// --email ADDRESS and --push URL subscribe to alerts and to pushes; --limit sets what an average may be.
import path from 'node:path';
import { bundled } from '../deploy/archive.mjs';
import { deployBucket, removeBucket } from '../deploy/bucket.mjs';
import { s3, sns } from '../deploy/clients.mjs';
import { command } from '../deploy/command.mjs';
import { deployFunction, permit, removeFunction } from '../deploy/function.mjs';
import { deployMapping, deployTable, readsStream, removeTable } from '../deploy/table.mjs';
import { deployTopic, removeTopic } from '../deploy/topic.mjs';

const BUCKET = 'analytics-uploads';
const [MINUTES, FILES] = ['analytics-minutes', 'analytics-files'];
const [UPLOADS, PUSHES, ALERTS] = ['analytics-uploads', 'analytics-pushes', 'analytics-alerts'];
const code = (name) => bundled(path.join(import.meta.dirname, name));

async function deploy({ email, push, limit = '80' }) {
  await deployBucket(BUCKET);
  const uploads = await deployTopic(UPLOADS, { buckets: [BUCKET] });
  const [pushes, alerts] = [await deployTopic(PUSHES), await deployTopic(ALERTS)];
  const minutes = await deployTable(MINUTES, ['sensor', 'at']);
  const files = await deployTable(FILES, ['part']);
  const [aggregate, notify] = await Promise.all([
    deployFunction('aggregate', {
      zip: code('aggregate'),
      allowed: [
        { Action: 's3:GetObject', Resource: `arn:aws:s3:::${BUCKET}/*` },
        { Action: 's3:ListBucket', Resource: `arn:aws:s3:::${BUCKET}` },
        { Action: 'dynamodb:UpdateItem', Resource: minutes.table },
        { Action: 'dynamodb:PutItem', Resource: files.table },
      ],
      environment: { MINUTES, FILES },
      MemorySize: 512,
      Timeout: 120,
    }),
    deployFunction('notify', {
      zip: code('notify'),
      allowed: [{ Action: 'sns:Publish', Resource: pushes }],
      environment: { PUSHES: pushes },
    }),
    deployFunction('threshold', {
      zip: code('threshold'),
      allowed: [{ Action: 'sns:Publish', Resource: alerts }, readsStream(minutes.stream)],
      environment: { ALERTS: alerts, LIMIT: limit },
    }),
  ]);
  await deployMapping(minutes.stream, 'threshold', {
    filter: { eventName: ['INSERT', 'MODIFY'] },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
  for (const Endpoint of [aggregate, notify]) {
    await permit(Endpoint, 'sns', uploads);
    await sns.subscribe({ TopicArn: uploads, Protocol: 'lambda', Endpoint });
  }
  if (email) await sns.subscribe({ TopicArn: alerts, Protocol: 'email', Endpoint: email });
  if (push) await sns.subscribe({ TopicArn: pushes, Protocol: new URL(push).protocol.slice(0, -1), Endpoint: push });
  // Last, so that the first upload meets everything in its place.
  const NotificationConfiguration = { TopicConfigurations: [{ TopicArn: uploads, Events: ['s3:ObjectCreated:*'] }] };
  await s3.putBucketNotificationConfiguration({ Bucket: BUCKET, NotificationConfiguration });
  return `Upload data points: aws s3 cp examples/analytics-pipeline/points.csv s3://${BUCKET}/`;
}

async function remove() {
  await removeBucket(BUCKET);
  for (const name of ['aggregate', 'notify', 'threshold']) await removeFunction(name);
  for (const name of [UPLOADS, PUSHES, ALERTS]) await removeTopic(name);
  for (const name of [MINUTES, FILES]) await removeTable(name);
}

await command({ options: ['email', 'push', 'limit'], deploy, remove });
