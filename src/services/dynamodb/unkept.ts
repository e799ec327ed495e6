import type { CreateTableCommandInput, UpdateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { invalidValues, notImplemented } from './refusals.ts';

/** Settings of tables that are not there; what is not AWS's default is refused by name (DESIGN §6). */
const UNKEPT = [
  'ResourcePolicy',
  'OnDemandThroughput',
  'GlobalTableSourceArn',
  'GlobalTableSettingsReplicationMode',
  'VectorIndexes',
  'ReplicaUpdates',
  'MultiRegionConsistency',
  'GlobalTableWitnessUpdates',
  'DisassociationProtectionEnabled',
  'VectorIndexUpdates',
] as const;

/** Throws NotImplemented for settings of CreateTable and UpdateTable that would not be enforced. */
export function refuseUnkept(input: CreateTableCommandInput | UpdateTableCommandInput): void {
  const given = input as unknown as Readonly<Record<string, unknown>>;
  for (const name of UNKEPT) {
    if (isGiven(given[name])) throw notImplemented(name);
  }
  const encryption = input.SSESpecification;
  if (encryption?.Enabled) throw notImplemented('SSESpecification (encryption with a key of KMS)');
  if (encryption?.KMSMasterKeyId !== undefined || encryption?.SSEType !== undefined)
    throw invalidValues('SSEType and KMSMasterKeyId can only be specified when SSESpecification is enabled');
  if (input.WarmThroughput) refuseWarm(input.WarmThroughput);
  const updates = (input as UpdateTableCommandInput).GlobalSecondaryIndexUpdates ?? [];
  const indexes = (input as CreateTableCommandInput).GlobalSecondaryIndexes ?? [];
  for (const index of [...indexes, ...updates.flatMap(({ Create, Update }) => [Create ?? [], Update ?? []].flat())]) {
    if (index.OnDemandThroughput && isGiven(index.OnDemandThroughput)) throw notImplemented('OnDemandThroughput');
    if (index.WarmThroughput) refuseWarm(index.WarmThroughput);
  }
}

/** AWS writes "no limit" as -1. */
function isGiven(value: unknown): boolean {
  if (value === undefined || value === false) return false;
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'object' && value !== null) return !Object.values(value).every((member) => member === -1);
  return true;
}

/** Everything is as warm as it gets; what AWS starts with can be written back. */
function refuseWarm({ ReadUnitsPerSecond: read = 12_000, WriteUnitsPerSecond: write = 4_000 }): void {
  if (read > 12_000 || write > 4_000) throw notImplemented('WarmThroughput');
}
