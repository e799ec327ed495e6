// Sends what it sees on to the FIFO queue SINK, one message a record, with nothing but node: signed SendMessageBatch calls.
import { createHash, createHmac } from 'node:crypto';
import http from 'node:http';

const agent = new http.Agent({ keepAlive: true });
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
let sent = 0;

export const handler = async (event, context) => {
  const seen = event.Records.map(contentOf);
  for (let i = 0; i < seen.length; i += 10) await send(seen.slice(i, i + 10), context.awsRequestId);
};

/** The JSON that the test sent: `{source, key, n}`. */
function contentOf(record) {
  if (record.eventSource === 'aws:sqs') return JSON.parse(record.body);
  if (record.eventSource === 'aws:kinesis') return JSON.parse(Buffer.from(record.kinesis.data, 'base64').toString());
  const { k, n } = record.dynamodb.NewImage;
  return { source: 'dynamodb', key: k.S, n: Number(n.N) };
}

function send(batch, requestId) {
  const { AWS_ACCOUNT_ID = '000000000000', SINK } = process.env;
  const Entries = batch.map((one, i) => ({
    Id: String(i),
    MessageBody: JSON.stringify(one),
    MessageGroupId: `${one.source}-${one.key}`,
    MessageDeduplicationId: `${requestId}-${++sent}-${Date.now()}`,
  }));
  return post(JSON.stringify({ QueueUrl: `${process.env.AWS_ENDPOINT_URL}/${AWS_ACCOUNT_ID}/${SINK}`, Entries }));
}

function post(body) {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token, AWS_REGION: region } = process.env;
  const url = new URL('/', process.env.AWS_ENDPOINT_URL);
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const hash = createHash('sha256').update(body).digest('hex');
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    host: url.host,
    'x-amz-date': date,
    'x-amz-security-token': token,
    'x-amz-target': 'AmazonSQS.SendMessageBatch',
  };
  const signed = Object.keys(headers).join(';');
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}`);
  const canonical = ['POST', '/', '', ...lines, '', signed, hash].join('\n');
  const scope = `${date.slice(0, 8)}/${region}/sqs/aws4_request`;
  const key = ['sqs', 'aws4_request'].reduce(hmac, hmac(hmac(`AWS4${secret}`, date.slice(0, 8)), region));
  const signature = createHmac('sha256', key)
    .update(`AWS4-HMAC-SHA256\n${date}\n${scope}\n${createHash('sha256').update(canonical).digest('hex')}`)
    .digest('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
  return new Promise((resolve, reject) => {
    const request = http.request(url, { agent, method: 'POST', headers: { ...headers, authorization } }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => {
        if (response.statusCode === 200 && !JSON.parse(text).Failed?.length) resolve();
        else reject(new Error(`${response.statusCode} ${text}`));
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}
