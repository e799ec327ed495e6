import type { ScanCommandInput } from '@aws-sdk/client-dynamodb';
import type { Operation } from '../../model/index.ts';
import type { DynamoDeps } from './deps.ts';
import { bindRequest, type RequestInput } from './expressions/legacy.ts';
import { tableOf, tableRef } from './found.ts';
import { answerPage, indexOf, readPage } from './read-page.ts';
import { invalid } from './refusals.ts';
import { STARTING_KEY_INVALID, startAfter } from './start-key.ts';
import type { Item } from './values/item.ts';
import type { Stretch } from './walk.ts';

/** Scan: partitions in the order of their hashes; segments are even stretches of that (item-keys.ts). */
export function scan(deps: DynamoDeps): Operation<ScanCommandInput> {
  const { read } = deps.store;
  return async (input, context) => {
    const segment = readSegment(input);
    const bound = bindRequest('Scan', input as RequestInput);
    const table = await tableOf(read, tableRef(context, input.TableName));
    const index = indexOf(table, input);
    const after = startAfter(table, index, { key: input.ExclusiveStartKey as Item | undefined, scans: true });
    checkWithin(segment, after, input);
    const stretch = { table, ...(index ? { index } : {}), ...segment, ...(after ? { after } : {}), limit: input.Limit };
    return answerPage(await readPage(read, stretch, { input, bound }));
  };
}

/** The bounds of a segment; none: the whole. Throws ValidationException. */
function readSegment({ Segment: segment, TotalSegments: total }: ScanCommandInput): Pick<Stretch, 'from' | 'to'> {
  if (segment === undefined && total === undefined) return {};
  if (total === undefined)
    throw invalid('The TotalSegments parameter is required but was not present in the request when Segment parameter is present');
  if (segment === undefined)
    throw invalid('The Segment parameter is required but was not present in the request when parameter TotalSegments is present');
  if (segment >= total)
    throw invalid(
      `The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: ${segment} is not less than TotalSegments: ${total}`,
    );
  const bound = (of: number) =>
    Math.ceil((of * 2 ** 32) / total)
      .toString(16)
      .padStart(8, '0');
  return { from: bound(segment), to: segment + 1 === total ? 'g' : bound(segment + 1) };
}

function checkWithin({ from, to }: Pick<Stretch, 'from' | 'to'>, after: Stretch['after'], input: ScanCommandInput): void {
  if (!after || from === undefined || to === undefined || (after.pk >= from && after.pk < to)) return;
  throw invalid(
    `${STARTING_KEY_INVALID}: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. TotalSegments: ${input.TotalSegments} Segment: ${input.Segment}`,
  );
}
