import type { PutFunctionEventInvokeConfigRequest } from '@aws-sdk/client-lambda';
import { bareArn, type FunctionRef, functionArn, invalidParameter, notFound, targetOf } from '../../model/index.ts';
import type { StoredAsyncSettings } from './collections.ts';
import type { Lambda } from './deps.ts';
import { checkDestination } from './destinations.ts';

/** Where the settings of one qualifier are kept; `$LATEST` stands for none. */
export function settingsKey({ account, region, name, qualifier = '$LATEST' }: FunctionRef): [string, string, string, string] {
  return [account, region, name, qualifier];
}

type AsyncInput = Partial<Pick<StoredAsyncSettings, 'maxRetries' | 'maxAgeMs' | 'onSuccess' | 'onFailure'>>;

const SUCCESS = ['function', 'queue', 'topic', 'bus'];
const FAILURE = [...SUCCESS, 'bucket'];

/** What Put and Update say; an empty destination takes one away. Throws when they say nothing, or a destination cannot be one (spec/lambda-api.md §8). */
export function readAsyncInput(ref: FunctionRef, input: PutFunctionEventInvokeConfigRequest): AsyncInput {
  const { MaximumRetryAttempts: retries, MaximumEventAgeInSeconds: seconds, DestinationConfig: destinations } = input;
  if (retries === undefined && seconds === undefined && destinations === undefined)
    throw invalidParameter('You must specify at least one of error handling or destination setting.');
  const { OnSuccess, OnFailure } = destinations ?? {};
  checkKind(ref, OnSuccess?.Destination, 'onSuccess');
  checkKind(ref, OnFailure?.Destination, 'onFailure');
  return {
    ...(retries !== undefined && { maxRetries: retries }),
    ...(seconds !== undefined && { maxAgeMs: seconds * 1000 }),
    ...(OnSuccess !== undefined && { onSuccess: OnSuccess.Destination || undefined }),
    ...(OnFailure !== undefined && { onFailure: OnFailure.Destination || undefined }),
  };
}

function checkKind(ref: FunctionRef, arn: string | undefined, side: 'onSuccess' | 'onFailure'): void {
  if (!arn) return;
  const kind = targetOf(arn)?.kind ?? '';
  if (!(side === 'onSuccess' ? SUCCESS : FAILURE).includes(kind) || arn.endsWith('.fifo')) throw unsupported(arn, side);
  if (kind === 'function' && (arn === bareArn(ref) || arn.startsWith(`${bareArn(ref)}:`)))
    throw invalidParameter("You can't specify the function as a destination for itself.");
}

/** Whether the destinations are there, and whether the function's role may reach them. */
export async function checkDestinations(lambda: Lambda, role: string, { onSuccess, onFailure }: AsyncInput): Promise<void> {
  if (onSuccess !== undefined) await checkDestination(lambda, role, { arn: onSuccess, succeeded: true });
  if (onFailure !== undefined) await checkDestination(lambda, role, { arn: onFailure, succeeded: false });
}

function unsupported(arn: string, side: 'onSuccess' | 'onFailure') {
  const shown = (which: string, name: string) => (which === side ? `${which}=${name}(destination=${arn})` : `${which}=null`);
  return invalidParameter(
    `The provided destination config DestinationConfig(${shown('onSuccess', 'OnSuccess')}, ${shown('onFailure', 'OnFailure')}) is invalid.`,
  );
}

export function noAsyncSettings(ref: FunctionRef) {
  const arn = functionArn(ref.region, ref.account, ref.name, ref.qualifier ?? '$LATEST');
  return notFound(`The function ${arn} doesn't have an EventInvokeConfig`);
}
