import { forbid, type Linking, nameOf, permit, refuseSettings, refuseWhere, type SourceKind, unlessGone } from './linking.ts';

interface FunctionNotification {
  readonly Id?: string;
}

type Notifications = Readonly<Record<string, unknown>> & {
  readonly LambdaFunctionConfigurations?: readonly FunctionNotification[];
};

/** `s3:BUCKET[/PREFIX*SUFFIX]`: a notification of created objects, beside those that the bucket has. */
export const bucketSource: SourceKind = {
  shared: (linking) => `bucket ${readBucket(linking).bucket}`,
  async place(linking) {
    refuseWhere(linking, 's3');
    refuseSettings(linking, 's3');
    const { operate, arn, account } = linking;
    const { bucket, rules, id } = readBucket(linking);
    await permit(operate, { arn, service: 's3', sourceArn: `arn:aws:s3:::${bucket}`, account });
    const mine = { Id: id, LambdaFunctionArn: arn, Events: ['s3:ObjectCreated:*'], Filter: { Key: { FilterRules: rules } } };
    await change(linking, bucket, (others) => [...others.filter(({ Id }) => Id !== id), mine]);
    return { made: `notification ${id} of arn:aws:s3:::${bucket}` };
  },
  async remove(linking) {
    const { operate, arn } = linking;
    const { bucket, id } = readBucket(linking);
    const left = await unlessGone(() => change(linking, bucket, (others) => others.filter(({ Id }) => Id !== id)));
    const still = left?.some((one) => (one as { LambdaFunctionArn?: string }).LambdaFunctionArn === arn);
    if (!still) await forbid(operate, { arn, service: 's3', sourceArn: `arn:aws:s3:::${bucket}` });
  },
};

function readBucket({ what, arn }: Linking) {
  const [bucket = '', ...rest] = what.split('/');
  const [prefix = '', suffix = ''] = rest.join('/').split('*');
  const rules = [
    ...(prefix === '' ? [] : [{ Name: 'prefix', Value: prefix }]),
    ...(suffix === '' ? [] : [{ Name: 'suffix', Value: suffix }]),
  ];
  return { bucket, rules, id: nameOf('on', what, arn) };
}

async function change(
  { operate }: Linking,
  Bucket: string,
  to: (known: readonly FunctionNotification[]) => readonly FunctionNotification[],
): Promise<readonly FunctionNotification[]> {
  const { ...known } = await operate<Notifications>('s3', 'GetBucketNotificationConfiguration', { Bucket });
  const LambdaFunctionConfigurations = to(known.LambdaFunctionConfigurations ?? []);
  const NotificationConfiguration = { ...known, LambdaFunctionConfigurations };
  await operate('s3', 'PutBucketNotificationConfiguration', { Bucket, NotificationConfiguration });
  return LambdaFunctionConfigurations;
}
