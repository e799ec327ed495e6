import type {
  DeleteRepositoryPolicyRequest,
  DeleteRepositoryPolicyResponse,
  GetRepositoryPolicyRequest,
  GetRepositoryPolicyResponse,
  SetRepositoryPolicyRequest,
  SetRepositoryPolicyResponse,
} from '@aws-sdk/client-ecr';
import { isFailure } from '../../kernel/index.ts';
import { type Operation, parsePolicy } from '../../model/index.ts';
import { repositories } from './collections.ts';
import type { EcrDeps } from './deps.ts';
import { invalid, noRepositoryPolicy } from './refusals.ts';
import { foundRepository, placeOf, repositoryArn } from './repositories.ts';

/** SetRepositoryPolicy: who of other accounts may pull and push, and what nobody may. The statements are about this repository. */
export function setRepositoryPolicy({ store }: EcrDeps): Operation<SetRepositoryPolicyRequest, SetRepositoryPolicyResponse> {
  return async (input, context) => {
    const at = placeOf(input, context);
    const policy = input.policyText!;
    policyOn(policy, repositoryArn(at));
    await store.transact(async (tx) => tx.put(repositories, { ...(await foundRepository(tx, at)), policy }));
    return { registryId: at.account, repositoryName: at.repository, policyText: policy };
  };
}

export function getRepositoryPolicy({ store }: EcrDeps): Operation<GetRepositoryPolicyRequest, GetRepositoryPolicyResponse> {
  return async (input, context) => {
    const at = placeOf(input, context);
    const { policy } = await foundRepository(store.read, at);
    if (policy === undefined) throw noRepositoryPolicy(at);
    return { registryId: at.account, repositoryName: at.repository, policyText: policy };
  };
}

export function deleteRepositoryPolicy({
  store,
}: EcrDeps): Operation<DeleteRepositoryPolicyRequest, DeleteRepositoryPolicyResponse> {
  return async (input, context) => {
    const at = placeOf(input, context);
    const policyText = await store.transact(async (tx) => {
      const { policy, ...repository } = await foundRepository(tx, at);
      if (policy === undefined) throw noRepositoryPolicy(at);
      await tx.put(repositories, repository);
      return policy;
    });
    return { registryId: at.account, repositoryName: at.repository, policyText };
  };
}

/** A repository's policy for IAM: statements need no Resource, they are about the repository. Throws InvalidParameterException. */
export function policyOn(text: string, arn: string): unknown {
  const document = readJson(text);
  const statements = [document.Statement].flat().map((one) => {
    if (typeof one !== 'object' || one === null) throw notPolicy('a statement is an object');
    return 'Resource' in one || 'NotResource' in one ? one : { ...one, Resource: arn };
  });
  const whole = { ...document, Statement: statements };
  try {
    parsePolicy(JSON.stringify(whole), 'resource');
  } catch (error) {
    throw isFailure(error) ? notPolicy(error.message) : error;
  }
  return whole;
}

function readJson(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // as below
  }
  throw notPolicy('it is no JSON object');
}

function notPolicy(why: string) {
  return invalid(`Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided': ${why}`);
}
