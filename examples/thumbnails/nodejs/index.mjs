// An image was stored: make a thumbnail of it in the other bucket.
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import sharp from 'sharp';

const s3 = new S3Client({ forcePathStyle: true });

export const handler = async (event) => {
  for (const {
    s3: { bucket, object },
  } of event.Records) {
    const key = decodeURIComponent(object.key.replace(/\+/g, ' '));
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket.name, Key: key }));
    const thumbnail = await sharp(await Body.transformToByteArray())
      .resize(128, 128, { fit: 'inside' })
      .jpeg()
      .toBuffer();
    await s3.send(new PutObjectCommand({ Bucket: process.env.THUMBNAILS, Key: key, Body: thumbnail, ContentType: 'image/jpeg' }));
    console.log(`made ${process.env.THUMBNAILS}/${key}: ${thumbnail.length} bytes`);
  }
};
