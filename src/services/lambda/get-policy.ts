import type { GetPolicyRequest, GetPolicyResponse } from '@aws-sdk/client-lambda';
import { notFound, type Operation } from '../../model/index.ts';
import { resourcePolicy } from './access.ts';
import type { Lambda } from './deps.ts';
import { policyRevision } from './function-policies.ts';
import { ownRef } from './lookup.ts';

/** GetPolicy: the document as text, and the revision of what it belongs to (spec/lambda-api.md §6). */
export function getPolicy(lambda: Lambda): Operation<GetPolicyRequest, GetPolicyResponse> {
  return async (input, context) => {
    const ref = ownRef(context, 'GetPolicy', input.FunctionName, input.Qualifier);
    const document = await resourcePolicy(lambda.store.read, ref);
    if (!document) throw notFound('The resource you requested does not exist.');
    return { Policy: JSON.stringify(document), RevisionId: await policyRevision(lambda.store.read, ref) };
  };
}
