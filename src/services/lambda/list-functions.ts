import type { FunctionConfiguration, ListFunctionsRequest, ListFunctionsResponse } from '@aws-sdk/client-lambda';
import { type Operation, type OperationContext, settingNotImplemented } from '../../model/index.ts';
import { functions, type StoredFunction, versions } from './collections.ts';
import { listedConfiguration } from './configuration.ts';
import type { Lambda } from './deps.ts';
import { listPage, readMarker, writeMarker } from './paging.ts';

const CAP = 50;

/** ListFunctions: 50 a page; with ALL every function is followed by its versions, all of them qualified (spec/lambda-api.md §3.2, §16). */
export function listFunctions(lambda: Lambda): Operation<ListFunctionsRequest, ListFunctionsResponse> {
  return async (input, context) => {
    if (input.MasterRegion !== undefined) throw settingNotImplemented('MasterRegion');
    if (input.FunctionVersion === 'ALL') return listAll(lambda, input, context);
    const prefix = [context.account, context.region];
    const { items, NextMarker } = await listPage(lambda.store.read, { in: functions, prefix, cap: CAP }, input);
    const Functions = items.map((fn) => listedConfiguration(lambda, { fn, edition: fn.latest, version: '$LATEST' }));
    return { Functions, NextMarker };
  };
}

/** The marker is the last one shown: name and number, 0 for `$LATEST`. */
async function listAll(lambda: Lambda, input: ListFunctionsRequest, context: OperationContext): Promise<ListFunctionsResponse> {
  const limit = Math.min(input.MaxItems ?? CAP, CAP);
  const Functions: FunctionConfiguration[] = [];
  const show = ({ fn, edition, version }: Parameters<typeof listedConfiguration>[1]) =>
    Functions.push(listedConfiguration(lambda, { fn, edition, version, qualifier: version }));
  let [name, number] = (readMarker(input.Marker, 2) ?? []) as [string?, number?];
  while (true) {
    const fn = await nextFunction(lambda, context, name, number);
    if (!fn) return { Functions };
    if (fn.name !== name || number === undefined) {
      show({ fn, edition: fn.latest, version: '$LATEST' });
      [name, number] = [fn.name, 0];
    }
    const prefix = [fn.account, fn.region, fn.name];
    const room = limit - Functions.length;
    if (room > 0) {
      const page = await lambda.store.read.range(versions, { prefix, after: [number], limit: room });
      for (const { version, edition } of page.items) show({ fn, edition, version: String(version) });
      number = page.next ? page.items.at(-1)!.version : Number.MAX_SAFE_INTEGER;
    }
    if (Functions.length >= limit) return { Functions, NextMarker: writeMarker([name, number]) };
  }
}

/** The function whose versions come next: the one of the marker while it has some left, else the one after it. */
async function nextFunction(
  lambda: Lambda,
  { account, region }: OperationContext,
  name: string | undefined,
  number: number | undefined,
): Promise<StoredFunction | undefined> {
  const { read } = lambda.store;
  if (name !== undefined && number !== Number.MAX_SAFE_INTEGER) {
    const fn = await read.get(functions, [account, region, name]);
    if (fn) return fn;
  }
  const after = name === undefined ? {} : { after: [name] };
  return (await read.range(functions, { prefix: [account, region], ...after, limit: 1 })).items[0];
}
