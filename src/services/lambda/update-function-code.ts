import type { FunctionConfiguration, UpdateFunctionCodeRequest } from '@aws-sdk/client-lambda';
import { changedSettings, invalidParameter, type Operation, type Place, settingNotImplemented } from '../../model/index.ts';
import type { StoredFunction } from './collections.ts';
import { configuration } from './configuration.ts';
import type { Lambda } from './deps.ts';
import { findLayers } from './find-layers.ts';
import { ownRef } from './lookup.ts';
import { type ReceivedCode, receiveCode } from './receive-code.ts';
import { type ReceivedImage, receiveImage } from './receive-image.ts';
import { changeable, publish, replaceLatest } from './updates.ts';

/** UpdateFunctionCode (spec/lambda-api.md §4.3, §4.5): proves the archive first; invocations run the old code until the new is ready. */
export function updateFunctionCode(lambda: Lambda): Operation<UpdateFunctionCodeRequest, FunctionConfiguration> {
  return async (input, context) => {
    const ref = ownRef(context, 'UpdateFunctionCode', input.FunctionName);
    if (input.PublishTo) throw settingNotImplemented('PublishTo');
    const known = await changeable(lambda.store.read, ref, input.RevisionId);
    const received = await receive(lambda, ref, known, input);
    const { code } = received;
    const image = 'image' in received ? received.image : undefined;
    const layers = known.latest.layers.map((layer) => layer.arn);
    if (layers.length > 0) await findLayers(lambda, context, layers, code, known.latest.layers);
    const output = await lambda.store.transact(async (tx) => {
      const fn = await changeable(tx, ref, input.RevisionId);
      const { latest } = fn;
      const settings = changedSettings(latest.settings, { Architectures: input.Architectures }, lambda.settings.architecture);
      if (input.DryRun) {
        const edition = { ...latest, settings, code, ...(image && { image }) };
        return configuration(lambda, { fn, edition, version: '$LATEST' });
      }
      let after = fn;
      await received.within(tx, async () => {
        after = await replaceLatest(lambda, tx, fn, { ...latest, settings, code, image, now: context.now });
      });
      if (!input.Publish) return configuration(lambda, { fn: after, edition: after.latest, version: '$LATEST' });
      const { version } = await publish(lambda, tx, after);
      const number = String(version.version);
      return configuration(lambda, { fn: after, edition: version.edition, version: number, qualifier: number });
    });
    if (!input.DryRun) lambda.prepareSoon(ref, ref.name);
    return output;
  };
}

/** A function keeps its package type. */
async function receive(
  lambda: Lambda,
  place: Place,
  { latest }: StoredFunction,
  input: UpdateFunctionCodeRequest,
): Promise<ReceivedCode | ReceivedImage> {
  const { ImageUri, ZipFile, S3Bucket, S3Key } = input;
  if (!latest.image) {
    if (ImageUri) throw invalidParameter("Please don't provide ImageUri when updating a function with packageType Zip.");
    return receiveCode(lambda, place, input);
  }
  if (!ImageUri || ZipFile || S3Bucket || S3Key)
    throw invalidParameter('Please provide ImageUri when updating a function with packageType Image.');
  return receiveImage(lambda, place, ImageUri);
}
