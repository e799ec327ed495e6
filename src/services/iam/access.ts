import type { AccessRequest, OperationContext, ServiceTable } from '../../model/index.ts';

/** What each operation asks: its own action on the role or policy that it names. Paths are not known before the role is read, so `*` stands for them. */
export const accessOf: ServiceTable['access'] = (operation, input, context) => [
  { action: `iam:${operation}`, resource: resourceOf(input, context), context: conditionKeys(input) },
];

function resourceOf(input: Record<string, unknown>, { account }: OperationContext): string {
  if (typeof input.RoleName === 'string') {
    return `arn:aws:iam::${account}:role${typeof input.Path === 'string' ? input.Path : '/'}${input.RoleName}`;
  }
  if (typeof input.PolicySourceArn === 'string') return input.PolicySourceArn;
  if (typeof input.PolicyArn === 'string') return input.PolicyArn;
  if (typeof input.PolicyName === 'string') {
    return `arn:aws:iam::${account}:policy${typeof input.Path === 'string' ? input.Path : '/'}${input.PolicyName}`;
  }
  return '*';
}

function conditionKeys(input: Record<string, unknown>): AccessRequest['context'] {
  return {
    ...(typeof input.PolicyArn === 'string' ? { 'iam:policyarn': input.PolicyArn } : {}),
    ...(typeof input.PermissionsBoundary === 'string' ? { 'iam:permissionsboundary': input.PermissionsBoundary } : {}),
  };
}
