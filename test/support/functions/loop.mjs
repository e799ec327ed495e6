// Causes itself, with nothing but node: publishes to TOPIC, or puts an event on the default bus where there is none.
import { createHash, createHmac } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';

const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
const { TOPIC, OUT, AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token } = process.env;

export const handler = async (_event, { functionName }) => {
  fs.appendFileSync(OUT, `${functionName} ran\n`);
  if (TOPIC) return post('sns', new URLSearchParams({ Action: 'Publish', TopicArn: TOPIC, Message: 'again' }).toString(), form);
  const Entries = [{ Source: 'loop', DetailType: 'again', Detail: '{}' }];
  return post('events', JSON.stringify({ Entries }), { 'content-type': 'application/x-amz-json-1.1' }, 'AWSEvents.PutEvents');
};

const form = { 'content-type': 'application/x-www-form-urlencoded' };

function post(service, body, type, target) {
  const url = new URL('/', process.env.AWS_ENDPOINT_URL);
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const hash = (text) => createHash('sha256').update(text).digest('hex');
  const headers = { ...type, host: url.host, 'x-amz-date': date, 'x-amz-security-token': token };
  if (target) headers['x-amz-target'] = target;
  const signed = Object.keys(headers).join(';');
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}`);
  const canonical = ['POST', '/', '', ...lines, '', signed, hash(body)].join('\n');
  const scope = `${date.slice(0, 8)}/us-east-1/${service}/aws4_request`;
  const key = scope.split('/').reduce(hmac, `AWS4${secret}`);
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${date}\n${scope}\n${hash(canonical)}`).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method: 'POST', headers: { ...headers, authorization } }, async (response) => {
      const text = (await response.toArray()).join('');
      if (response.statusCode === 200) resolve();
      else reject(new Error(`${response.statusCode} ${text}`));
    });
    request.on('error', reject);
    request.end(body);
  });
}
