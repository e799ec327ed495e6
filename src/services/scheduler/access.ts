import type { AccessRequest, ServiceTable } from '../../model/index.ts';

const text = (value: unknown, otherwise = '*'): string => (typeof value === 'string' ? value : otherwise);

/** Each operation asks its own action on its schedule or group; whoever gives a role must be allowed to pass it on. */
export const accessOf: ServiceTable['access'] = (operation, input, { account, region }) => {
  const arn = (resource: string) => `arn:aws:scheduler:${region}:${account}:${resource}`;
  const group = text(input.GroupName, 'default');
  const resource = operation.startsWith('List')
    ? text(input.ResourceArn)
    : operation.endsWith('Schedule')
      ? arn(`schedule/${group}/${text(input.Name)}`)
      : operation.endsWith('ScheduleGroup')
        ? arn(`schedule-group/${text(input.Name)}`)
        : text(input.ResourceArn);
  const asked = { action: `scheduler:${operation}`, resource, context: conditionsOf(input) };
  const role = (input.Target as { RoleArn?: string } | undefined)?.RoleArn;
  const pass = { action: 'iam:PassRole', context: { 'iam:passedtoservice': 'scheduler.amazonaws.com' } };
  return role === undefined ? [asked] : [asked, { ...pass, resource: role }];
};

function conditionsOf(input: Record<string, unknown>): AccessRequest['context'] {
  const conditions: Record<string, string | readonly string[]> = {};
  const tags = input.Tags as readonly { readonly Key: string; readonly Value: string }[] | undefined;
  for (const { Key, Value } of tags ?? []) conditions[`aws:requesttag/${Key.toLowerCase()}`] = Value;
  const keys = (input.TagKeys as string[] | undefined) ?? tags?.map(({ Key }) => Key);
  if (keys) conditions['aws:tagkeys'] = keys;
  return conditions;
}
