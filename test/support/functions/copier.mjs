// Copies each object of an event to the bucket named in COPIES, with nothing but node: a signed CopyObject.
import { createHash, createHmac } from 'node:crypto';
import http from 'node:http';

const agent = new http.Agent({ keepAlive: true });
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();

export const handler = async (event) => {
  for (const { s3 } of event.Records) await copy(s3.bucket.name, s3.object.key);
  return event.Records.length;
};

function copy(bucket, key) {
  const {
    AWS_ACCESS_KEY_ID: id,
    AWS_SECRET_ACCESS_KEY: secret,
    AWS_SESSION_TOKEN: token,
    AWS_REGION: region,
    AWS_ENDPOINT_URL: endpoint,
  } = process.env;
  const url = new URL(`/${process.env.COPIES}/${key}`, endpoint);
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const empty = createHash('sha256').digest('hex');
  const headers = {
    host: url.host,
    'x-amz-content-sha256': empty,
    'x-amz-copy-source': `/${bucket}/${key}`,
    'x-amz-date': date,
    'x-amz-security-token': token,
  };
  const signed = Object.keys(headers).join(';');
  const canonical = [
    'PUT',
    url.pathname,
    '',
    ...Object.entries(headers).map(([name, value]) => `${name}:${value}`),
    '',
    signed,
    empty,
  ].join('\n');
  const scope = `${date.slice(0, 8)}/${region}/s3/aws4_request`;
  const key4 = ['s3', 'aws4_request'].reduce(hmac, hmac(hmac(`AWS4${secret}`, date.slice(0, 8)), region));
  const signature = createHmac('sha256', key4)
    .update(`AWS4-HMAC-SHA256\n${date}\n${scope}\n${createHash('sha256').update(canonical).digest('hex')}`)
    .digest('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
  return new Promise((resolve, reject) => {
    const request = http.request(url, { agent, method: 'PUT', headers: { ...headers, authorization } }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => (response.statusCode === 200 ? resolve() : reject(new Error(`${response.statusCode} ${body}`))));
    });
    request.on('error', reject);
    request.end();
  });
}
