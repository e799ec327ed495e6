import { platformFailure } from '../../kernel/index.ts';
import { compilePolicy, evaluate, type PutInto } from '../../model/index.ts';
import { attached, type Stream } from './collections.ts';
import type { KinesisDeps } from './deps.ts';
import { arnOf, findStream, laidOutIn, refOfArn } from './found.ts';
import { appendRecord, newRecord, rateExceeded } from './records.ts';

/**
 * Puts a record for a rule, a pipe or a destination, under the same limits as PutRecord. A role was judged by who calls; a service must be
 * allowed by the stream's own policy. Rejects with TargetMissing, TargetRefused, TargetInvalid, TargetBusy.
 */
export function putInto(deps: KinesisDeps): PutInto {
  return async (tx, arn, item) => {
    const ref = refOfArn(arn);
    const stream = ref && arn === arnOf(ref) ? await findStream(tx, ref) : undefined;
    if (!stream) throw platformFailure('TargetMissing', arn);
    if ('service' in item.caller) {
      const policy = stream.policed ? (await tx.get(attached, [arn]))?.policy : undefined;
      if (!allows(policy, arn, item.caller))
        throw platformFailure('TargetRefused', `${item.caller.service} may not put into ${arn}`);
    }
    const { body, hash, size } = newRecord({
      Data: item.data ?? Buffer.from(item.body),
      PartitionKey: item.partitionKey ?? item.id,
    });
    if (size > stream.maxRecordKiB * 1024 || body.k.length > 256)
      throw platformFailure('TargetInvalid', `the record is too large for ${arn}`);
    const { layout } = await laidOutIn(tx, deps, stream);
    const shard = layout.of(hash);
    if (!deps.throttles.write(stream.id, shard.shard, size)) throw busy(shard.shard, stream);
    await appendRecord(tx, { stream, shard }, { id: item.id, time: item.time, cause: item.cause, body });
  };
}

const busy = (shard: number, stream: Stream) => platformFailure('TargetBusy', rateExceeded(shard, stream));

interface ServiceCaller {
  readonly service: string;
  readonly sourceArn: string;
  readonly sourceAccount: string;
}

function allows(policy: string | undefined, arn: string, { service, sourceArn, sourceAccount }: ServiceCaller): boolean {
  if (policy === undefined) return false;
  const context = { 'aws:sourcearn': sourceArn, 'aws:sourceaccount': sourceAccount };
  const question = { caller: { kind: 'service', service } as const, action: 'kinesis:PutRecord', resource: arn, context };
  return evaluate(question, { resource: compilePolicy(JSON.parse(policy), 'resource') }).allowed;
}
