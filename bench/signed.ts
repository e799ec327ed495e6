import { createHmac, hash } from 'node:crypto';
import http from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface Request {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface AccessKey {
  readonly id: string;
  readonly secret: string;
}

export interface Unsigned {
  /** As in the scope of a signature. */
  readonly service: 'dynamodb' | 'events' | 'kinesis' | 'lambda' | 's3' | 'sns' | 'sqs';
  /** Of the JSON protocols: `AmazonSQS.SendMessage`. */
  readonly target?: string;
  /** Default application/octet-stream. */
  readonly type?: string;
  readonly method: string;
  /** Letters, digits and `-./` only: nothing in it needs an escape. */
  readonly path: string;
  readonly body: string;
}

const REGION = 'us-east-1';
const AGENT = 'aws-sdk-js/3.1162.0 ua/2.1 os/linux#6.1 lang/js md/nodejs#26.10.0';
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** That request with the headers which the SDK for JavaScript sends and signs; it holds for fifteen minutes. */
export function signed(origin: string, { service, target, type, method, path, body }: Unsigned, key: AccessKey): Request {
  const date = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
  const scope = [date.slice(0, 8), REGION, service, 'aws4_request'];
  const headers: Record<string, string> = {
    'amz-sdk-invocation-id': '6b1c1d2e-97c5-4d3e-8f8f-0a5a3c1f2b7d',
    'amz-sdk-request': 'attempt=1; max=3',
    'content-type': type ?? 'application/octet-stream',
    host: origin.slice('http://'.length),
    'x-amz-content-sha256': hash('sha256', body),
    'x-amz-date': date,
    ...(target === undefined ? {} : { 'x-amz-target': target }),
    'x-amz-user-agent': 'aws-sdk-js/3.1162.0',
  };
  const names = Object.keys(headers).join(';');
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const canonical = `${method}\n${path}\n\n${lines.join('')}\n${names}\n${headers['x-amz-content-sha256']}`;
  const text = `AWS4-HMAC-SHA256\n${date}\n${scope.join('/')}\n${hash('sha256', canonical)}`;
  const signature = hmac(
    scope.reduce<string | Buffer>((at, part) => hmac(at, part), `AWS4${key.secret}`),
    text,
  ).toString('hex');
  const credential = `${key.id}/${scope.join('/')}`;
  headers.authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`;
  headers['user-agent'] = `${AGENT} api/${service}#3.1162.0`;
  return { url: origin + path, method, headers, body };
}

export function invokeOf(functionName: string, event: unknown): Unsigned {
  const path = `/2015-03-31/functions/${functionName}/invocations`;
  return { service: 'lambda', method: 'POST', path, body: JSON.stringify(event) };
}

const JSON_SERVICES = {
  dynamodb: { prefix: 'DynamoDB_20120810', type: 'application/x-amz-json-1.0' },
  events: { prefix: 'AWSEvents', type: 'application/x-amz-json-1.1' },
  kinesis: { prefix: 'Kinesis_20131202', type: 'application/x-amz-json-1.1' },
  sqs: { prefix: 'AmazonSQS', type: 'application/x-amz-json-1.0' },
};

/** One call of a service that speaks a JSON protocol. */
export function jsonCall(service: keyof typeof JSON_SERVICES, operation: string, input: object): Unsigned {
  const { prefix, type } = JSON_SERVICES[service];
  return { service, target: `${prefix}.${operation}`, type, method: 'POST', path: '/', body: JSON.stringify(input) };
}

/** One call of SNS, which speaks the query protocol. */
export function snsCall(Action: string, input: Readonly<Record<string, string>>): Unsigned {
  const body = new URLSearchParams({ Action, Version: '2010-03-31', ...input }).toString();
  return { service: 'sns', type: 'application/x-www-form-urlencoded', method: 'POST', path: '/', body };
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** Function errors are named here. */
  readonly headers: http.IncomingHttpHeaders;
  /** Ms from sending to the last byte of the answer. */
  readonly ms: number;
}

const agent = new http.Agent({ keepAlive: true });

/** Sends it once, over a connection that is kept. */
export function send({ url, method, headers, body }: Request): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const request = http.request(url, { method, agent, headers: { ...headers, 'content-length': Buffer.byteLength(body) } });
    request.on('response', async (response) => {
      const text = (await buffer(response)).toString();
      resolve({ status: response.statusCode!, text, headers: response.headers, ms: performance.now() - began });
    });
    request.on('error', reject);
    request.setTimeout(30_000, () => request.destroy(new TypeError('no answer in 30 s')));
    request.end(body);
  });
}

/** Sends it once; throws unless it was done and, of a function, succeeded. */
export async function sendWell(request: Request): Promise<Answer> {
  const answer = await send(request);
  if (answer.status !== 200 || answer.headers['x-amz-function-error'] !== undefined)
    throw new TypeError(`${request.method} ${request.url} answered ${answer.status}: ${answer.text.slice(0, 500)}`);
  return answer;
}
