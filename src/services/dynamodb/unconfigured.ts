import type {
  ContinuousBackupsDescription,
  DescribeLimitsCommandOutput,
  PointInTimeRecoverySpecification,
} from '@aws-sdk/client-dynamodb';
import { fail } from '../../kernel/index.ts';
import type { Operation, OperationContext } from '../../model/index.ts';
import type { Table } from './collections.ts';
import type { DynamoDeps } from './deps.ts';
import { tableNamed, tableRef } from './found.ts';
import { invalid, notImplemented } from './refusals.ts';

interface Input {
  readonly TableName?: string;
  readonly ResourceArn?: string;
  readonly PointInTimeRecoverySpecification?: PointInTimeRecoverySpecification;
}

/**
 * What tables cannot have here (spec/backends.md §3.1): reads answer AWS's "not configured", writing that default back is accepted, and
 * everything else is refused by name (DESIGN §6).
 */
const ANSWERS: Readonly<Record<string, (input: Input, table: Table) => object>> = {
  DescribeContinuousBackups: () => ({ ContinuousBackupsDescription: WITHOUT_RECOVERY }),
  UpdateContinuousBackups: ({ PointInTimeRecoverySpecification: asked }) => {
    if (asked?.PointInTimeRecoveryEnabled) throw notImplemented('PointInTimeRecoveryEnabled');
    return { ContinuousBackupsDescription: WITHOUT_RECOVERY };
  },
  DescribeKinesisStreamingDestination: (_, { name }) => ({ TableName: name, KinesisDataStreamDestinations: [] }),
  EnableKinesisStreamingDestination: () => {
    throw notImplemented('A Kinesis streaming destination');
  },
  DisableKinesisStreamingDestination: () => {
    throw invalid(
      'Table is not in a valid state to disable Kinesis Streaming Destination: KinesisStreamingDestination must be ACTIVE to perform DISABLE operation.',
    );
  },
  DescribeContributorInsights: (_, { name }) => ({ TableName: name, ContributorInsightsStatus: 'DISABLED' }),
  GetResourcePolicy: ({ ResourceArn }) => {
    throw fail('PolicyNotFoundException', `Resource-based policy not found for the provided ResourceArn: ${ResourceArn}`);
  },
  DeleteResourcePolicy: () => ({}),
};

const WITHOUT_RECOVERY: ContinuousBackupsDescription = {
  ContinuousBackupsStatus: 'ENABLED',
  PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'DISABLED' },
};

/** AWS's figures for an account that never asked for more. */
const LIMITS: Omit<DescribeLimitsCommandOutput, '$metadata'> = {
  AccountMaxReadCapacityUnits: 80_000,
  AccountMaxWriteCapacityUnits: 80_000,
  TableMaxReadCapacityUnits: 40_000,
  TableMaxWriteCapacityUnits: 40_000,
};

/** The operations on what has only AWS's default. */
export function unconfigured(deps: DynamoDeps): Record<string, Operation> {
  const table: Record<string, Operation<Input>> = {
    DescribeLimits: async () => LIMITS,
    // Clients call what is answered here: the address that they came to.
    DescribeEndpoints: async (_, { endpoint }) => ({
      Endpoints: [{ Address: new URL(endpoint).host, CachePeriodInMinutes: 1440 }],
    }),
  };
  for (const [name, answer] of Object.entries(ANSWERS)) {
    table[name] = async (input: Input, context: OperationContext) =>
      answer(input, await tableNamed(deps.store.read, tableRef(context, input.TableName ?? input.ResourceArn)));
  }
  return table as Record<string, Operation>;
}
