import type { Reader } from '../../kernel/index.ts';
import {
  type AccessRequest,
  bareArn,
  compilePolicy,
  type FindResourcePolicy,
  type FunctionRef,
  functionRef,
  type MayInvoke,
  type OperationContext,
  parseArn,
  policyDocument,
  type Question,
  refArn,
  verdict,
} from '../../model/index.ts';
import { policies } from './collections.ts';
import { layerRef } from './find-layers.ts';
import { mappingAccess } from './mapping-access.ts';

/** The resource policy of a function, version or alias as a document; undefined when nothing was ever permitted. */
export async function resourcePolicy(from: Reader, ref: FunctionRef) {
  const qualifier = ref.qualifier === undefined || ref.qualifier === '$LATEST' ? '' : ref.qualifier;
  const stored = await from.get(policies, [ref.account, ref.region, ref.name, qualifier]);
  return stored && policyDocument(stored.statements);
}

/** Functions' part of the port FindResourcePolicy, of the version or alias that the ARN names. */
export function functionPolicy(from: Reader): FindResourcePolicy {
  return async (arn) => {
    const { account = '', region = '', resource = '' } = parseArn(arn) ?? {};
    return resource.startsWith('function:') ? resourcePolicy(from, functionRef({ account, region }, arn)) : undefined;
  };
}

/** Whether that policy by itself allows it. */
export async function permits(from: Reader, ref: FunctionRef, question: Question): Promise<boolean> {
  const document = await resourcePolicy(from, ref);
  return document !== undefined && verdict(compilePolicy(document, 'resource'), question) === 'allow';
}

/** The port MayInvoke (spec/event-sources.md §17). False for what is no function's ARN. */
export function createMayInvoke(from: Reader): MayInvoke {
  return async (functionArn, { service, sourceArn, sourceAccount }) => {
    const arn = parseArn(functionArn);
    if (arn?.service !== 'lambda' || !arn.resource.startsWith('function:')) return false;
    const ref = functionRef({ account: arn.account, region: arn.region }, functionArn);
    return permits(from, ref, {
      caller: { kind: 'service', service },
      action: 'lambda:InvokeFunction',
      resource: functionArn,
      context: { 'aws:sourcearn': sourceArn, 'aws:sourceaccount': sourceAccount },
    });
  };
}

type Input = Readonly<Record<string, unknown>>;

/** IAM's names where they are not the operation's (AWS service authorization reference). */
const actions: Readonly<Record<string, string>> = { Invoke: 'InvokeFunction', GetLayerVersionByArn: 'GetLayerVersion' };

/** Operations whose qualifier is not part of the resource that IAM is asked for. */
const unqualified = /Url|Alias/;

/** What each operation asks of IAM, with the function's own policy, which counts too. */
export function createAccess(from: Reader) {
  return async (operation: string, input: Input, context: OperationContext): Promise<readonly AccessRequest[]> => {
    if (operation.includes('EventSourceMapping')) return mappingAccess(from, operation, input, context);
    const action = `lambda:${actions[operation] ?? operation}`;
    const ref = functionOf(operation, input, context);
    const resource = ref ? refArn(ref) : otherResource(operation, input, context);
    const needsPolicy = ref && !(context.principal.kind === 'root' && context.principal.account === ref.account);
    const own = { action, resource, context: {}, ...(needsPolicy && { resourcePolicy: await resourcePolicy(from, ref) }) };
    return [own, ...further(operation, input, ref)];
  };
}

function functionOf(operation: string, input: Input, context: OperationContext): FunctionRef | undefined {
  if (typeof input.FunctionName !== 'string') return undefined;
  const qualifier = unqualified.test(operation) ? undefined : (input.Qualifier as string | undefined);
  return functionRef(context, input.FunctionName, qualifier);
}

function otherResource(operation: string, input: Input, context: OperationContext): string {
  if (typeof input.Resource === 'string') return input.Resource;
  if (typeof input.Arn === 'string') return input.Arn;
  if (typeof input.LayerName !== 'string') return '*';
  const layer = layerRef(input.LayerName) ?? { account: context.account, region: context.region, layer: input.LayerName };
  const arn = `arn:aws:lambda:${layer.region}:${layer.account}:layer:${layer.layer}`;
  return operation === 'ListLayerVersions' || input.VersionNumber === undefined ? arn : `${arn}:${input.VersionNumber}`;
}

/** What else the caller must be allowed: to hand out the role, to read the code and the layers, to tag. */
function further(operation: string, input: Input, ref: FunctionRef | undefined): AccessRequest[] {
  const asked: AccessRequest[] = [];
  const ask = (action: string, resource: string, context: AccessRequest['context'] = {}) => {
    asked.push({ action, resource, context });
  };
  const code = (input.Code ?? input.Content ?? input) as Input;
  if (/^(Create|Update)Function(Configuration)?$/.test(operation)) {
    if (input.Role) ask('iam:PassRole', String(input.Role), { 'iam:passedtoservice': 'lambda.amazonaws.com' });
    for (const layer of (input.Layers as readonly string[] | undefined) ?? []) ask('lambda:GetLayerVersion', layer);
  }
  if (code.S3Bucket && code.S3Key) ask('s3:GetObject', `arn:aws:s3:::${code.S3Bucket}/${code.S3Key}`);
  if (operation === 'CreateFunction' && input.Tags && ref) ask('lambda:TagResource', bareArn(ref));
  return asked;
}
