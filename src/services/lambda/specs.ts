import type { Reader } from '../../kernel/index.ts';
import {
  checkMayInvoke,
  type FunctionRef,
  type FunctionSpec,
  functionArn,
  functionNotFound,
  readQualifier,
  refArn,
} from '../../model/index.ts';
import type { Edition, StoredFunction } from './collections.ts';
import { openVariables } from './configuration.ts';
import type { Lambda } from './deps.ts';
import { findAlias, findFunction, findVersion } from './lookup.ts';

const MOST_KEPT = 4096;

/**
 * Finds what runs for a reference, with one read for `$LATEST`, two for a version, three for an alias. Specs are kept by identity, which
 * changes with every change of what they hold, so that none is ever stale; what the function has besides its editions is compared.
 */
export function createSpecs(lambda: Lambda, from: Reader): (ref: FunctionRef) => Promise<FunctionSpec> {
  const kept = new Map<string, FunctionSpec>();
  const specOf = (fn: StoredFunction, edition: Edition, version: string): FunctionSpec => {
    checkMayInvoke(edition.state);
    const known = kept.get(edition.identity);
    if (known && known.reservedConcurrency === fn.reserved && known.mayRecur === fn.mayRecur) return known;
    const spec = buildSpec(lambda, { fn, edition, version });
    if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value ?? '');
    kept.set(edition.identity, spec);
    return spec;
  };
  const numbered = async (ref: FunctionRef, fn: StoredFunction, version: number) =>
    specOf(fn, (await findVersion(from, ref, version)).edition, String(version));
  return async (ref) => {
    const fn = await findFunction(from, ref, ref.qualifier === undefined ? `${refArn(ref)}:$LATEST` : refArn(ref));
    const qualified = readQualifier(ref.qualifier);
    if (qualified.kind === 'latest') return specOf(fn, fn.live ?? fn.latest, '$LATEST');
    if (qualified.kind === 'version') return numbered(ref, fn, qualified.version);
    const alias = await findAlias(from, ref, qualified.alias);
    if (!alias) throw functionNotFound(refArn(ref));
    const target = alias.second && draw(lambda) < alias.second.weight ? alias.second.version : alias.target;
    return target === '$LATEST' ? specOf(fn, fn.live ?? fn.latest, target) : numbered(ref, fn, Number(target));
  };
}

/** Evenly from 0 (inclusive) to 1 (exclusive). */
function draw(lambda: Lambda): number {
  return Number.parseInt(lambda.ids.hex(4), 16) / 2 ** 32;
}

function buildSpec(lambda: Lambda, what: { fn: StoredFunction; edition: Edition; version: string }): FunctionSpec {
  const { fn, edition, version } = what;
  const { settings } = edition;
  return {
    account: fn.account,
    region: fn.region,
    name: fn.name,
    version,
    arn: functionArn(fn.region, fn.account, fn.name),
    identity: edition.identity,
    runtime: settings.runtime,
    handler: settings.handler,
    ...(edition.image && { image: { uri: edition.image.resolvedUri, ...settings.imageConfig } }),
    role: settings.role,
    memoryMiB: settings.memoryMiB,
    timeoutMs: settings.timeoutSeconds * 1000,
    tmpMiB: settings.tmpMiB,
    code: edition.code.hash,
    layers: edition.layers.map((layer) => layer.hash),
    variables: openVariables(lambda, fn, edition) ?? {},
    logGroup: settings.logging.group,
    logFormat: settings.logging.format,
    applicationLogLevel: settings.logging.applicationLevel,
    systemLogLevel: settings.logging.systemLevel,
    egress: edition.egress ?? lambda.settings.egress,
    reservedConcurrency: fn.reserved,
    deadLetter: settings.deadLetter,
    mayRecur: fn.mayRecur,
  };
}
