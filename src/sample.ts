import fs from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import {
  type Clock,
  collection,
  describe,
  type Ids,
  isFailure,
  type Logger,
  type Service,
  type Store,
  type StoreSchema,
} from './kernel/index.ts';
import type { ServiceTable } from './model/index.ts';
import { createOperator } from './operator.ts';

/** The environment of its own in which a first start deploys the sample application (DESIGN §6). */
const ACCOUNT = '111111111111';
const REGION = 'us-east-1';
const NAME = 'welcome';
const RUNTIME = 'nodejs26.x';
const READY_WITHIN_MS = 30_000;

interface Setting {
  readonly name: string;
  readonly value: string;
}

const settings = collection<Setting>({ name: 'platform.settings', key: ['name'] });

export const sampleSchema: StoreSchema = { collections: [settings] as never, topics: [] };

export interface SamplePorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly tables: { readonly iam: ServiceTable; readonly lambda: ServiceTable };
  /** Where examples/welcome lies. */
  readonly installation: string;
  /** Whether to leave it out, for ever. */
  readonly config: { readonly bare: boolean };
}

/** The sample: start deploys it on the first start of a data directory. */
export function sampleApplication(ports: SamplePorts): Service & { readonly url: (server: string) => string | undefined } {
  let id: string | undefined;
  return {
    async start() {
      id = await deploySample(ports);
    },
    async stop() {},
    url: (server) => (id === undefined ? undefined : `${server}/_dalamb/url/${id}/`),
  };
}

/** Resolves to the id of the sample's function URL, if it is (still) there. */
async function deploySample(ports: SamplePorts): Promise<string | undefined> {
  const { bare } = ports.config;
  const decided = await ports.store.read.get(settings, ['sample']);
  if (decided === undefined) {
    if (!bare) {
      try {
        await deploy(ports);
      } catch (error) {
        ports.logger.error('the sample application could not be deployed', { error: describe(error) });
        return undefined;
      }
    }
    await ports.store.transact((tx) => tx.put(settings, { name: 'sample', value: bare ? 'left out' : 'deployed' }));
  }
  return bare ? undefined : urlId(ports);
}

async function urlId(ports: SamplePorts): Promise<string | undefined> {
  try {
    const { FunctionUrl } = await call<{ FunctionUrl: string }>(ports, 'lambda', 'GetFunctionUrlConfig', { FunctionName: NAME });
    return new URL(FunctionUrl).hostname.split('.')[0];
  } catch (error) {
    if (isFailure(error)) return undefined;
    throw error;
  }
}

function source({ installation }: SamplePorts): string {
  return fs.readFileSync(path.join(installation, 'examples/welcome/index.mjs'), 'utf8');
}

async function deploy(ports: SamplePorts): Promise<void> {
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  };
  await once(() => call(ports, 'iam', 'CreateRole', { RoleName: NAME, AssumeRolePolicyDocument: JSON.stringify(trust) }));
  await once(() =>
    call(ports, 'lambda', 'CreateFunction', {
      FunctionName: NAME,
      Role: `arn:aws:iam::${ACCOUNT}:role/${NAME}`,
      Runtime: RUNTIME,
      Handler: 'index.handler',
      MemorySize: 256,
      Description: 'The sample application of a first start.',
      Code: { ZipFile: zipOf('index.mjs', source(ports)) },
    }),
  );
  await untilActive(ports);
  await once(() => call(ports, 'lambda', 'CreateFunctionUrlConfig', { FunctionName: NAME, AuthType: 'NONE' }));
  const permission = { FunctionName: NAME, Principal: '*' };
  await once(() =>
    call(ports, 'lambda', 'AddPermission', {
      ...permission,
      StatementId: 'url',
      Action: 'lambda:InvokeFunctionUrl',
      FunctionUrlAuthType: 'NONE',
    }),
  );
  await once(() =>
    call(ports, 'lambda', 'AddPermission', {
      ...permission,
      StatementId: 'invoke',
      Action: 'lambda:InvokeFunction',
      InvokedViaFunctionUrl: true,
    }),
  );
}

/** A start that was killed half way leaves some of it behind: what is there already is fine. */
async function once(step: () => Promise<unknown>): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (!isFailure(error) || error.status !== 409) throw error;
  }
}

async function untilActive(ports: SamplePorts): Promise<void> {
  const latest = ports.clock.now() + READY_WITHIN_MS;
  for (;;) {
    const { State } = await call<{ State?: string }>(ports, 'lambda', 'GetFunctionConfiguration', { FunctionName: NAME });
    if (State === 'Active' || ports.clock.now() > latest) return;
    await new Promise<void>((resolve) => ports.clock.after(20, resolve));
  }
}

function call<Output>(
  { tables, clock, ids }: SamplePorts,
  service: 'iam' | 'lambda',
  name: string,
  input: object,
): Promise<Output> {
  return createOperator({ tables: { ...tables }, clock, ids })({ account: ACCOUNT, region: REGION })<Output>(
    service,
    name,
    input,
  );
}

/** A zip archive of one file, stored (PKWARE APPNOTE 4.3). */
function zipOf(name: string, text: string): Buffer {
  const [path, data] = [Buffer.from(name), Buffer.from(text)];
  const shared = Buffer.alloc(26);
  shared.writeUInt16LE(20, 0);
  shared.writeUInt16LE(0x21, 8);
  shared.writeUInt32LE(crc32(data), 10);
  shared.writeUInt32LE(data.length, 14);
  shared.writeUInt32LE(data.length, 18);
  shared.writeUInt16LE(path.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), shared, path, data]);
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE((0o100644 << 16) >>> 0, 6);
  const central = Buffer.concat([Buffer.from('PK\x01\x02\x14\x03', 'latin1'), shared, rest, path]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}
