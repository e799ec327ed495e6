import type { CreateFunctionRequest, FunctionCode, FunctionConfiguration } from '@aws-sdk/client-lambda';
import {
  checkRuntime,
  checkVariables,
  conflict,
  constraintViolated,
  created,
  type FunctionSettings,
  invalidParameter,
  newSettings,
  type Operation,
  type OperationContext,
  type Place,
  refuseUnenforced,
} from '../../model/index.ts';
import { type Edition, functions, preparations, type StoredFunction, tags, versions } from './collections.ts';
import { configuration, sealVariables } from './configuration.ts';
import type { Lambda } from './deps.ts';
import { checkDeadLetter } from './destinations.ts';
import { changeUsage, hold } from './editions.ts';
import { findLayers } from './find-layers.ts';
import { ownRef } from './lookup.ts';
import { prepareRuntime } from './prepare-runtime.ts';
import { checkExecutionRole, receiveCode } from './receive-code.ts';
import { type ReceivedImage, receiveImage } from './receive-image.ts';

/**
 * CreateFunction (spec/lambda-api.md §4.1). The archive is proved and the role asked before anything is stored; the answer says Pending, and
 * the function becomes Active right behind it. With Publish the answer describes version 1.
 */
export function createFunction(lambda: Lambda): Operation<CreateFunctionRequest, FunctionConfiguration> {
  return async (input, context) => {
    const { account, region, name } = newName(input, context);
    refuseUnenforced(input);
    const settings = newSettings(name, input, lambda.settings.architecture);
    if (!settings.packageType) checkRuntime(settings.runtime, lambda.availableRuntimes());
    const variables = input.Environment?.Variables ?? (input.Environment ? {} : undefined);
    if (variables) checkVariables(variables);
    if (Object.keys(input.Tags ?? {}).length > 50) throw invalidParameter('Number of tags exceeds resource tag limit.');
    const place = { account, region, name };
    if (await lambda.store.read.get(functions, [account, region, name])) throw exists(name);
    await checkExecutionRole(lambda, settings.role);
    await checkDeadLetter(lambda, settings.role, settings.deadLetter);
    if (!settings.packageType) await prepareRuntime(lambda, settings.runtime);
    const received = await receive(lambda, place, settings, input.Code ?? {});
    const edition: Edition = {
      identity: lambda.ids.hex(16),
      revision: lambda.ids.uuid(),
      modified: context.now,
      settings,
      code: received.code,
      ...(received.image && { image: received.image }),
      layers: await findLayers(lambda, context, input.Layers ?? [], received.code),
      ...(variables && { sealed: sealVariables(lambda, place, variables) }),
      state: created,
    };
    const first: Edition = { ...edition, identity: lambda.ids.hex(16), revision: lambda.ids.uuid() };
    const fn: StoredFunction = { ...place, latest: edition, counter: input.Publish ? 1 : 0 };
    await lambda.store.transact(async (tx) => {
      if (await tx.get(functions, [account, region, name])) throw exists(name);
      await received.within(tx, async () => {
        await hold(lambda, tx, place, edition);
        if (input.Publish) await hold(lambda, tx, place, first);
      });
      await changeUsage(lambda, tx, place, { codeBytes: 0, functions: 1 });
      await tx.put(functions, fn);
      if (input.Publish) await tx.put(versions, { ...place, version: 1, described: settings.description, edition: first });
      if (Object.keys(input.Tags ?? {}).length > 0) await tx.put(tags, { ...place, tags: input.Tags ?? {} });
      await tx.put(preparations, { ...place, identity: edition.identity });
    });
    lambda.prepareSoon(place, name);
    return configuration(lambda, input.Publish ? { fn, edition: first, version: '1' } : { fn, edition, version: '$LATEST' });
  };
}

type Received = Omit<ReceivedImage, 'image'> & Partial<Pick<ReceivedImage, 'image'>>;

async function receive(lambda: Lambda, place: Place, settings: FunctionSettings, code: FunctionCode): Promise<Received> {
  const { ImageUri, ...zip } = code;
  if (!settings.packageType) {
    if (ImageUri) throw invalidParameter("Please don't provide ImageUri when creating a function with packageType Zip.");
    return receiveCode(lambda, place, zip);
  }
  if (!ImageUri || Object.values(zip).some((one) => one !== undefined))
    throw invalidParameter('Please provide ImageUri, and nothing else, when creating a function with packageType Image.');
  return receiveImage(lambda, place, ImageUri);
}

/** The name of a new function: at most 64 characters, without qualifier (spec/lambda-api.md §1.2, §3.1). */
function newName(input: CreateFunctionRequest, context: OperationContext) {
  const ref = ownRef(context, 'CreateFunction', input.FunctionName);
  if (ref.name.length > 64) {
    const { code: _, message } = constraintViolated(ref.name, 'functionName', 'Member must have length less than or equal to 64');
    throw invalidParameter(message);
  }
  if (ref.qualifier !== undefined && ref.qualifier !== '$LATEST')
    throw invalidParameter(`A function is created without a version or alias; '${ref.qualifier}' was given.`);
  return ref;
}

const exists = (name: string) => conflict(`Function already exist: ${name}`);
