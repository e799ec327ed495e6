// Deploys the thumbnails, again and again if you like; --remove takes them away.
// --photos and --thumbnails name the two buckets.
import path from 'node:path';
import { installed } from '../deploy/archive.mjs';
import { deployBucket, removeBucket } from '../deploy/bucket.mjs';
import { s3 } from '../deploy/clients.mjs';
import { command } from '../deploy/command.mjs';
import { deployFunction, permit, removeFunction } from '../deploy/function.mjs';

const FUNCTION = 'thumbnails';

async function deploy({ photos = 'photos', thumbnails = 'thumbnails' }) {
  for (const bucket of [photos, thumbnails]) await deployBucket(bucket);
  const arn = await deployFunction(FUNCTION, {
    zip: installed(path.join(import.meta.dirname, 'nodejs')),
    allowed: [
      { Action: 's3:GetObject', Resource: `arn:aws:s3:::${photos}/*` },
      { Action: 's3:PutObject', Resource: `arn:aws:s3:::${thumbnails}/*` },
    ],
    environment: { THUMBNAILS: thumbnails },
    MemorySize: 512,
    Timeout: 30,
  });
  await permit(arn, 's3', `arn:aws:s3:::${photos}`);
  const notification = (Value) => ({
    LambdaFunctionArn: arn,
    Events: ['s3:ObjectCreated:*'],
    Filter: { Key: { FilterRules: [{ Name: 'suffix', Value }] } },
  });
  const NotificationConfiguration = { LambdaFunctionConfigurations: ['.jpg', '.png'].map(notification) };
  await s3.putBucketNotificationConfiguration({ Bucket: photos, NotificationConfiguration });
  return `Store a picture: aws s3 cp cat.jpg s3://${photos}/ && sleep 1 && aws s3 cp s3://${thumbnails}/cat.jpg small.jpg`;
}

async function remove({ photos = 'photos', thumbnails = 'thumbnails' }) {
  await removeFunction(FUNCTION);
  for (const bucket of [photos, thumbnails]) await removeBucket(bucket);
}

await command({ options: ['photos', 'thumbnails'], deploy, remove });
