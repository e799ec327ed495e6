import { iam, ifThere, unless } from './clients.mjs';

const LOGS = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
const trust = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

/** A role for a function that may write its log and do what is listed, each as { Action, Resource }; nothing else. Resolves to its ARN. */
export async function deployRole(RoleName, allowed) {
  const create = iam.createRole({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) });
  const { Role } = (await unless(['EntityAlreadyExistsException'], create)) ?? (await iam.getRole({ RoleName }));
  await iam.attachRolePolicy({ RoleName, PolicyArn: LOGS });
  const Statement = allowed.map((statement) => ({ Effect: 'Allow', ...statement }));
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await iam.putRolePolicy({ RoleName, PolicyName: 'allowed', PolicyDocument });
  return Role.Arn;
}

export async function removeRole(RoleName) {
  await ifThere(iam.deleteRolePolicy({ RoleName, PolicyName: 'allowed' }));
  await ifThere(iam.detachRolePolicy({ RoleName, PolicyArn: LOGS }));
  await ifThere(iam.deleteRole({ RoleName }));
}
