import type { DescribeStreamSummaryInput, DescribeStreamSummaryOutput } from '@aws-sdk/client-kinesis';
import type { Operation } from '../../model/index.ts';
import type { KinesisDeps } from './deps.ts';
import { describeSummary } from './descriptions.ts';
import { streamNamed, streamRef } from './found.ts';

/** DescribeStreamSummary. */
export function describeStreamSummary(deps: KinesisDeps): Operation<DescribeStreamSummaryInput, DescribeStreamSummaryOutput> {
  return async (input, context) => ({
    StreamDescriptionSummary: describeSummary(await streamNamed(deps.store.read, streamRef(input, context))),
  });
}
