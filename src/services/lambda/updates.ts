import type { Reader, Transaction } from '../../kernel/index.ts';
import { bareArn, checkMayChange, created, type FunctionRef, revisionMismatch, updating } from '../../model/index.ts';
import { type Edition, functions, preparations, type StoredFunction, type StoredVersion, versions } from './collections.ts';
import { openVariables } from './configuration.ts';
import type { Lambda } from './deps.ts';
import { hold, release } from './editions.ts';
import { findFunction } from './lookup.ts';

/** The function, if it may be changed now and is the one that the caller knows. Throws 404, 409, 412. */
export async function changeable(from: Reader, ref: FunctionRef, revision: string | undefined): Promise<StoredFunction> {
  const fn = await findFunction(from, ref);
  checkMayChange(fn.latest.state, bareArn(ref));
  if (revision !== undefined && revision !== fn.latest.revision) throw revisionMismatch('GetFunction/GetAlias');
  return fn;
}

type Change = Pick<Edition, 'settings' | 'code' | 'image' | 'layers' | 'sealed' | 'egress'> & { readonly now: number };

/** Puts a new latest edition in place; what ran before runs on until it is prepared (spec/lambda-api.md §4.3). */
export async function replaceLatest(lambda: Lambda, tx: Transaction, fn: StoredFunction, change: Change) {
  const { settings, code, image, layers, sealed, egress } = change;
  const live = fn.live ?? (fn.latest.state.state === 'Active' ? fn.latest : undefined);
  const latest: Edition = {
    ...fn.latest,
    settings,
    code,
    ...(image && { image }),
    layers,
    sealed,
    egress,
    identity: lambda.ids.hex(16),
    revision: lambda.ids.uuid(),
    modified: change.now,
    state: live ? updating : created,
  };
  await hold(lambda, tx, fn, latest);
  if (live !== fn.latest) await release(lambda, tx, fn, fn.latest);
  const after: StoredFunction = { ...fn, latest, live };
  await tx.put(functions, after);
  await tx.put(preparations, { account: fn.account, region: fn.region, name: fn.name, identity: latest.identity });
  return after;
}

/** Publishes the latest edition, unless it is what the last version was made of. Numbers are never used again. */
export async function publish(
  lambda: Lambda,
  tx: Transaction,
  fn: StoredFunction,
  description?: string,
): Promise<{ readonly fn: StoredFunction; readonly version: StoredVersion }> {
  const { account, region, name } = fn;
  const last = fn.counter > 0 ? await tx.get(versions, [account, region, name, fn.counter]) : undefined;
  if (last && sameContent(lambda, fn, last)) return { fn, version: last };
  const described = fn.latest.settings.description;
  const edition: Edition = {
    ...fn.latest,
    identity: lambda.ids.hex(16),
    revision: lambda.ids.uuid(),
    settings: { ...fn.latest.settings, description: description ?? described },
    state: fn.latest.state.update?.status === 'InProgress' ? created : fn.latest.state,
  };
  const version: StoredVersion = { account, region, name, version: fn.counter + 1, described, edition };
  await hold(lambda, tx, fn, edition);
  await tx.put(versions, version);
  const latest = { ...fn.latest, revision: lambda.ids.uuid() };
  const after: StoredFunction = { ...fn, latest, counter: version.version };
  await tx.put(functions, after);
  return { fn: after, version };
}

function sameContent(lambda: Lambda, fn: StoredFunction, last: StoredVersion): boolean {
  const content = (edition: Edition, description: string) =>
    JSON.stringify([
      { ...edition.settings, description },
      edition.code.hash,
      edition.image?.resolvedUri ?? null,
      edition.layers.map((layer) => layer.arn),
      openVariables(lambda, fn, edition) ?? null,
      edition.egress ?? null,
    ]);
  return content(fn.latest, fn.latest.settings.description) === content(last.edition, last.described);
}
