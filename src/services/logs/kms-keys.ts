import type { AssociateKmsKeyRequest, DisassociateKmsKeyRequest } from '@aws-sdk/client-cloudwatch-logs';
import type { Operation } from '../../model/index.ts';
import type { LogsDeps } from './deps.ts';
import { groupNamed, invalid, nameOfArn } from './found.ts';

/** AssociateKmsKey is refused: groups would not be encrypted with it. */
export function associateKmsKey(deps: LogsDeps): Operation<AssociateKmsKeyRequest, object> {
  return async (input, context) => {
    await groupNamed(deps.store.read, context, groupOf(input));
    throw invalid('kmsKeyId is not implemented for log groups here.');
  };
}

/** DisassociateKmsKey: no group has a key, so there is nothing to do. */
export function disassociateKmsKey(deps: LogsDeps): Operation<DisassociateKmsKeyRequest, object> {
  return async (input, context) => {
    await groupNamed(deps.store.read, context, groupOf(input));
    return {};
  };
}

function groupOf({ logGroupName, resourceIdentifier }: DisassociateKmsKeyRequest): string {
  if ((logGroupName === undefined) === (resourceIdentifier === undefined)) {
    throw invalid('Exactly one of logGroupName and resourceIdentifier must be specified.');
  }
  return logGroupName ?? nameOfArn(resourceIdentifier!);
}
