import { randomIds, silentLogger, systemClock } from '../../src/kernel/index.ts';
import type { FindHttpApi, OperationContext } from '../../src/model/index.ts';
import { apiGatewayService, schema } from '../../src/services/apigatewayv2/index.ts';
import { openStore } from '../../src/store/index.ts';
import { removeDirectory, SMALL_RESERVE, temporaryDirectory } from './platform.ts';
import { type Call, contextOf } from './s3-room.ts';

export const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:f';

export interface HttpApiRoom {
  /** Runs an operation as the root of account 000000000000 in us-east-1. */
  readonly call: Call;
  readonly access: ReturnType<typeof apiGatewayService>['access'];
  readonly find: FindHttpApi;
  /** An API with a stage `$default` of AutoDeploy and no routes; resolves to its id. */
  api(name?: string): Promise<string>;
  close(): Promise<void>;
}

/** The operations of API Gateway on a real store of their own. */
export async function openHttpApis(): Promise<HttpApiRoom> {
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
