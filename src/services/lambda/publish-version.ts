import type { FunctionConfiguration, PublishVersionRequest } from '@aws-sdk/client-lambda';
import { checkMayInvoke, conflict, invalidParameter, type Operation, settingNotImplemented } from '../../model/index.ts';
import { codeSha256, configuration } from './configuration.ts';
import type { Lambda } from './deps.ts';
import { ownRef } from './lookup.ts';
import { changeable, publish } from './updates.ts';

/** PublishVersion: answers the last version again when nothing changed since (spec/lambda-api.md §5). */
export function publishVersion(lambda: Lambda): Operation<PublishVersionRequest, FunctionConfiguration> {
  return async (input, context) => {
    const ref = ownRef(context, 'PublishVersion', input.FunctionName);
    if (input.PublishTo) throw settingNotImplemented('PublishTo');
    const { fn, version } = await lambda.store.transact(async (tx) => {
      const found = await changeable(tx, { ...ref, qualifier: undefined }, input.RevisionId);
      checkMayInvoke(found.latest.state);
      if (found.live) throw conflict('The operation cannot be performed at this time. The last update of the function failed.');
      const actual = codeSha256(found.latest);
      if (input.CodeSha256 && input.CodeSha256 !== actual)
        throw invalidParameter(
          `CodeSHA256 (${input.CodeSha256}) is different from current CodeSHA256 in $LATEST (${actual}). Please try again with the CodeSHA256 in $LATEST.`,
        );
      return publish(lambda, tx, found, input.Description);
    });
    const number = String(version.version);
    return configuration(lambda, { fn, edition: version.edition, version: number, qualifier: number });
  };
}
