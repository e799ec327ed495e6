import { accessDenied, checkRegion, type FunctionRef, functionRef, type OperationContext, refArn } from '../../model/index.ts';
import { permits } from './access.ts';
import type { Lambda } from './deps.ts';

/** The function that is to be invoked. One of another account needs that function's policy to name the caller; throws AccessDeniedException. */
export async function invokedRef(
  lambda: Lambda,
  context: OperationContext,
  input: { readonly FunctionName?: string; readonly Qualifier?: string },
): Promise<FunctionRef> {
  const ref = functionRef(context, input.FunctionName ?? '', input.Qualifier);
  checkRegion(ref, context.region);
  const { principal } = context;
  if (ref.account === principal.account) return ref;
  const caller =
    principal.kind === 'role' && principal.role
      ? {
          kind: 'role' as const,
          account: principal.account,
          arn: principal.arn,
          roleArn: principal.role.arn,
          roleId: principal.role.id,
        }
      : { kind: 'root' as const, account: principal.account, arn: principal.arn };
  const question = { caller, action: 'lambda:InvokeFunction', resource: refArn(ref), context: {} };
  if (!(await permits(lambda.store.read, ref, question))) throw accessDenied(principal.arn, question.action, question.resource);
  return ref;
}
