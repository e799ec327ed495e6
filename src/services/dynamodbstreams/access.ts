import type { AccessRequest, OperationContext } from '../../model/index.ts';
import { readIterator } from './iterator-token.ts';

/** What an operation asks of IAM: its action on its stream, which for GetRecords is in the iterator; ListStreams asks for all. */
export function accessOf(
  operation: string,
  input: Readonly<Record<string, unknown>>,
  { account, region }: OperationContext,
): readonly AccessRequest[] {
  const action = `dynamodb:${operation}`;
  if (operation === 'ListStreams') {
    const table = input.TableName === undefined ? '*' : String(input.TableName);
    return [{ action, resource: `arn:aws:dynamodb:${region}:${account}:table/${table}/stream/*`, context: {} }];
  }
  const resource = operation === 'GetRecords' ? readIterator(input.ShardIterator as string).streamArn : String(input.StreamArn);
  return [{ action, resource, context: {} }];
}
