import type { AliasConfiguration, AliasRoutingConfiguration } from '@aws-sdk/client-lambda';
import type { Reader } from '../../kernel/index.ts';
import {
  bareArn,
  type FunctionRef,
  functionArn,
  functionNotFound,
  invalidParameter,
  invalidParameterBare,
  readQualifier,
} from '../../model/index.ts';
import { type StoredAlias, versions } from './collections.ts';

export function aliasArn({ region, account, name, alias }: Pick<StoredAlias, 'region' | 'account' | 'name' | 'alias'>): string {
  return functionArn(region, account, name, alias);
}

/** RoutingConfig is absent when all goes to one version (spec/lambda-api.md §5). */
export function aliasConfiguration(alias: StoredAlias): AliasConfiguration {
  const { second } = alias;
  return {
    AliasArn: aliasArn(alias),
    Name: alias.alias,
    FunctionVersion: alias.target,
    Description: alias.description,
    ...(second && { RoutingConfig: { AdditionalVersionWeights: { [second.version]: second.weight } } }),
    RevisionId: alias.revision,
  };
}

type Routing = Pick<StoredAlias, 'target' | 'second'>;

/** Where an alias shall point. Throws for unknown versions and for weights that make no sense (spec/lambda-api.md §5). */
export async function readRouting(
  from: Reader,
  ref: FunctionRef,
  target: string,
  routing: AliasRoutingConfiguration | undefined,
): Promise<Routing> {
  const weights = Object.entries(routing?.AdditionalVersionWeights ?? {});
  if (weights.length > 1) throw invalidParameter('Number of items in AdditionalVersionWeights cannot be greater than 1');
  await checkTarget(from, ref, target);
  const [version, weight] = weights[0] ?? [];
  if (version === undefined || weight === undefined) return { target };
  if (target === '$LATEST') throw invalidParameterBare('$LATEST is not supported for an alias pointing to more than 1 version');
  if (version === target)
    throw invalidParameter(
      `Invalid function version ${version}. Function version ${version} is already included in routing configuration.`,
    );
  await checkTarget(from, ref, version);
  return { target, second: { version, weight } };
}

async function checkTarget(from: Reader, ref: FunctionRef, target: string): Promise<void> {
  const qualified = readQualifier(target);
  if (qualified.kind === 'latest') return;
  const number = qualified.kind === 'version' ? qualified.version : 0;
  if (!(await from.get(versions, [ref.account, ref.region, ref.name, number])))
    throw functionNotFound(`${bareArn(ref)}:${target}`);
}
