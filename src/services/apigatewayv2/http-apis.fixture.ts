import { after, before } from 'node:test';
import { removeDirectory, SMALL_RESERVE, temporaryDirectory } from '../../../test/support/platform.ts';
import { type Call, contextOf, OTHER, rootOf } from '../../../test/support/s3-room.ts';
import { randomIds, silentLogger, systemClock } from '../../kernel/index.ts';
import type { FindHttpApi, OperationContext } from '../../model/index.ts';
import { openStore } from '../../store/index.ts';
import { apiGatewayService, schema } from './index.ts';

export const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:f';

interface HttpApiRoom {
  /** Runs an operation as the root of account 000000000000 in us-east-1. */
  readonly call: Call;
  readonly access: ReturnType<typeof apiGatewayService>['access'];
  readonly find: FindHttpApi;
  /** An API with a stage `$default` of AutoDeploy and no routes; resolves to its id. */
  api(name?: string): Promise<string>;
}

interface OpenRoom extends HttpApiRoom {
  close(): Promise<void>;
}

/** Who calls for another account. */
export const stranger = { account: OTHER, principal: rootOf(OTHER) };

/** The operations of API Gateway on a store of their own, open while the tests of the file run that asks for them. */
export function httpApis(): HttpApiRoom {
  let room: OpenRoom;
  before(async () => {
    room = await open();
  });
  after(() => room.close());
  return {
    call: (...given) => room.call(...given),
    access: (...given) => room.access(...given),
    find: (...given) => room.find(...given),
    api: (name) => room.api(name),
  };
}

async function open(): Promise<OpenRoom> {
  const directory = temporaryDirectory();
  const store = await openStore({ reserveBytes: SMALL_RESERVE, directory, schema, clock: systemClock, logger: silentLogger });
  const service = apiGatewayService({ store, clock: systemClock, ids: randomIds, urlDomain: 'localhost' });
  const call: Call = (operation, input = {}, context: Partial<OperationContext> = {}) =>
    service.operations[operation]!(input as never, contextOf(context)) as ReturnType<Call>;
  return {
    call,
    access: service.access,
    find: service.findHttpApi,
    async api(name = 'api') {
      const { ApiId } = await call('CreateApi', { Name: name, ProtocolType: 'HTTP' });
      await call('CreateStage', { ApiId, StageName: '$default', AutoDeploy: true });
      return ApiId as string;
    },
    async close() {
      await store.close();
      removeDirectory(directory);
    },
  };
}
