import http from 'node:http';
import net from 'node:net';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { platformFailure, randomIds, silentLogger, systemClock } from '../kernel/index.ts';
import { checkAnswer } from '../model/control-route.fixture.ts';
import {
  type Call,
  type ControlRoute,
  controlRoute,
  type FunctionSpec,
  type FunctionUrl,
  type KnownKey,
  keyActor,
  type OperationContext,
  type Outcome,
  type Principal,
} from '../model/index.ts';
import { createWire } from '../wire/index.ts';
import { createGateway, type Gateway, type GatewayDeps } from './index.ts';

/** A gateway with the real wire and a house of paper behind it, for tests. */
export interface Stage {
  readonly gateway: Gateway;
  readonly port: number;
  /** Calls that reached an operation, `service.Operation`. */
  readonly calls: { name: string; input: Record<string, unknown>; context: OperationContext }[];
  readonly runs: Call[];
  readonly urls: Map<string, FunctionUrl>;
  readonly keys: Map<string, KnownKey>;
  /** What the next invocation gives. */
  result: (call: Call) => Promise<Outcome> | Outcome;
  /** What IAM says. */
  allowed: (principal: Principal, action: string) => boolean;
  close(): Promise<void>;
}

export async function openStage(overrides: Partial<GatewayDeps> = {}): Promise<Stage> {
  const stage = {
    calls: [],
    runs: [],
    urls: new Map(),
    keys: new Map(),
    result: () => outcome('{"ok":true}'),
    allowed: () => true,
  } as unknown as Stage & Record<string, unknown>;
  const all = { ...deps(stage), ...overrides };
  const gateway = createGateway({ ...all, controlRoutes: all.controlRoutes.map(checked) });
  await gateway.start();
  return Object.assign(stage, {
    gateway,
    port: gateway.port(),
    close: () => gateway.stop(AbortSignal.abort()),
  });
}

/** A route whose answers must be as it describes them. */
function checked(route: ControlRoute): ControlRoute {
  const handle: ControlRoute['handle'] = async (request) => {
    const answer = await route.handle(request);
    if (!route.upgrades) checkAnswer(route, answer);
    return answer;
  };
  return { ...route, handle };
}

function deps(stage: Stage): GatewayDeps {
  const operation = (
    name: string,
    answer: (input: Record<string, unknown>, context: OperationContext) => object | Promise<object>,
  ) => {
    return async (input: never, context: OperationContext) => {
      stage.calls.push({ name, input, context });
      return answer(input, context);
    };
  };
  const table = (
    service: string,
    operations: Record<string, (input: Record<string, unknown>, context: OperationContext) => object>,
  ) => ({
    operations: Object.fromEntries(
      Object.entries(operations).map(([name, answer]) => [name, operation(`${service}.${name}`, answer)]),
    ),
    access: (name: string) => [{ action: `${service}:${name}`, resource: '*', context: {} }],
  });
  return {
    host: '127.0.0.1',
    port: 0,
    names: ['dalamb.example'],
    wire: createWire(),
    services: {
      lambda: table('lambda', {
        Invoke: (input) => ({ StatusCode: 200, ExecutedVersion: '$LATEST', Payload: input.Payload ?? Buffer.from('null') }),
        ListFunctions: () => ({ Functions: [] }),
        GetAccountSettings: () => {
          throw platformFailure('KeeperRefused', 'mount /srv/secret/place');
        },
      }),
      s3: table('s3', {
        GetObject: () => ({ Body: Readable.from([Buffer.from('content')]), ContentLength: 7, ETag: '"e"' }),
        PutObject: async (input) => {
          let size = 0;
          for await (const chunk of input.Body as AsyncIterable<Uint8Array>) size += chunk.length;
          return { ETag: `"${size}"` };
        },
        DeleteObject: () => {
          throw platformFailure('StoreFull', '/srv/secret/place');
        },
        ListBuckets: () => ({ Buckets: [] }),
      }),
      sts: table('sts', {
        GetCallerIdentity: (_, { principal }) => ({ Account: principal.account, Arn: principal.arn, UserId: principal.userId }),
      }),
      iam: table('iam', {
        CreateRole: () => {
          throw new TypeError('nobody foresaw this');
        },
      }),
    },
    auth: { mode: 'local', access: goodToken },
    authorize: async (principal, { action }) => ({
      allowed: stage.allowed(principal, action),
      reason: `no identity-based policy allows the ${action} action`,
    }),
    findKey: async (id) => stage.keys.get(id),
    findFunctionUrl: async (id) => stage.urls.get(id),
    findBucketCors: async (bucket) =>
      bucket === 'open' ? [{ origins: ['https://app.example'], methods: ['GET', 'PUT'], headers: ['*'], expose: ['ETag'] }] : [],
    resolveFunction: async (place, name) => spec(place.account, name),
    run: async (call) => {
      stage.runs.push(call);
      return stage.result(call);
    },
    controlRoutes: [
      controlRoute({
        ...{ method: 'GET', path: '/echo/:word', summary: '', answer: z.record(z.string(), z.string()) },
        handle: async ({ params, place }) => ({ ...params, ...place }),
      }),
    ],
    rawRoutes: [
      {
        prefix: '/_dalamb/metrics',
        methods: ['GET'],
        handle: async () => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: 'up 1\n' }),
      },
    ],
    status: {
      version: '0.0.0',
      health: () => ({ status: 'ok' }),
      sandbox: () => ({ driver: 'process', isolation: false, limits: false }),
      store: () => ({ state: 'ok' }),
    },
    clock: systemClock,
    ids: randomIds,
    logger: silentLogger,
  };
}

/** Opens account 000000000000. */
export const goodToken = {
  findActor: async (credential: object) =>
    'token' in credential && credential.token === 'good-token' ? keyActor('000000000000') : undefined,
};

function spec(account: string, name: string): FunctionSpec {
  const arn = name.startsWith('arn:') ? name : `arn:aws:lambda:us-east-1:${account}:function:${name}`;
  return {
    account,
    region: 'us-east-1',
    name,
    version: '$LATEST',
    arn,
    role: 'arn:aws:iam::000000000000:role/r',
  } as FunctionSpec;
}

export function outcome(payload: string, functionError?: 'Unhandled'): Outcome {
  return {
    payload: Buffer.from(payload),
    contentType: 'application/json',
    functionError,
    executedVersion: '$LATEST',
    environment: 'e',
    report: {
      requestId: 'r',
      status: functionError ? 'error' : 'success',
      durationMs: 1,
      billedMs: 1,
      memoryMiB: 128,
      maxMemoryMiB: 30,
      egressBytes: 0,
    },
  };
}

export interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

export interface Ask {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

/** One request on a connection of its own. */
export function ask(port: number, { method = 'GET', path = '/', headers = {}, body }: Ask = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      { port, host: '127.0.0.1', method, path, headers, agent: false, setHost: headers.host === undefined },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode!, headers: response.headers, text: Buffer.concat(chunks).toString() }),
        );
        response.on('error', reject);
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** Sends raw bytes and gathers what comes back until the server closes, or quiet ms passed. */
export function raw(port: number, text: string | Buffer, quiet = 300): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(text));
    let got = '';
    const done = () => {
      socket.destroy();
      resolve(got);
    };
    let timer = setTimeout(done, quiet);
    socket.on('data', (chunk) => {
      got += chunk;
      clearTimeout(timer);
      timer = setTimeout(done, quiet);
    });
    socket.on('error', done);
    socket.on('close', () => {
      clearTimeout(timer);
      done();
    });
  });
}

/** Headers of a call that claims a key but is not really signed. */
export function claims(key: string, service: string, region = 'us-east-1'): Record<string, string> {
  return {
    authorization: `AWS4-HMAC-SHA256 Credential=${key}/20261121/${region}/${service}/aws4_request, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`,
    'x-amz-date': '20261121T110000Z',
  };
}
