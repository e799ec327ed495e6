import type { Service } from '../../kernel/index.ts';
import {
  type ControlRoute,
  type FindAsyncSettings,
  type FindFunctionUrl,
  functionRef,
  type MayInvoke,
  type PointAliases,
  type RawRoute,
  type ReservedTotal,
  type ResolveFunction,
  type RewindMapping,
  type ServiceTable,
} from '../../model/index.ts';
import { createAccess, createMayInvoke } from './access.ts';
import { createFindAsyncSettings } from './async-settings.ts';
import { codeRoute } from './code-downloads.ts';
import type { Lambda, LambdaDeps } from './deps.ts';
import { egressRoutes } from './egress.ts';
import { createFindFunctionUrl } from './function-urls.ts';
import { operations } from './operations.ts';
import { createPointAliases } from './point-aliases.ts';
import { createPreparer } from './preparation.ts';
import { createReserved } from './reserved.ts';
import { createRewindMapping } from './rewind-mapping.ts';
import { createSpecs } from './specs.ts';

/** The service: its table of operations, the ports that it fills, and its background work. start takes up what was left unprepared. */
export interface LambdaService extends ServiceTable, Service {
  readonly resolveFunction: ResolveFunction;
  readonly mayInvoke: MayInvoke;
  readonly findFunctionUrl: FindFunctionUrl;
  readonly findAsyncSettings: FindAsyncSettings;
  readonly reservedTotal: ReservedTotal;
  readonly pointAliases: PointAliases;
  readonly rewindMapping: RewindMapping;
  readonly routes: readonly ControlRoute[];
  /** Serves the links of GetFunction and GetLayerVersion. */
  readonly codeRoute: RawRoute;
  /** Resolves when no preparation is under way; for tests and orderly deploys. */
  readonly idle: () => Promise<void>;
}

export function lambdaService(deps: LambdaDeps): LambdaService {
  const { read } = deps.store;
  const preparer = createPreparer(() => lambda);
  const reserved = createReserved(read);
  const lambda: Lambda = { ...deps, prepareSoon: preparer.soon, reservedChanged: reserved.changed };
  const findSpec = createSpecs(lambda, read);
  return {
    operations: operations(lambda, findSpec),
    access: createAccess(read),
    resolveFunction: (place, nameOrArn, qualifier) => findSpec(functionRef(place, nameOrArn, qualifier)),
    mayInvoke: createMayInvoke(read),
    findFunctionUrl: createFindFunctionUrl(read),
    findAsyncSettings: createFindAsyncSettings(read),
    reservedTotal: reserved.total,
    pointAliases: createPointAliases(deps.ids),
    rewindMapping: createRewindMapping(deps),
    routes: egressRoutes(lambda),
    codeRoute: codeRoute(lambda),
    idle: preparer.idle,
    async start() {
      await reserved.load();
      await preparer.start();
    },
    stop: preparer.stop,
  };
}
