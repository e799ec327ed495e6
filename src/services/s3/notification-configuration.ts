import type { Event, NotificationConfiguration, NotificationConfigurationFilter } from '@aws-sdk/client-s3';
import type { Ids } from '../../kernel/index.ts';
import { type BucketNotifications, type NotificationRule, parseArn } from '../../model/index.ts';
import { invalidArgument } from './refusals.ts';

type Kind = NotificationRule['target']['kind'];

interface Given {
  readonly Id?: string | undefined;
  readonly Events: Event[] | undefined;
  readonly Filter?: NotificationConfigurationFilter | undefined;
}

/** What ARNs of each kind look like, and how the XML names them. */
const KINDS: Readonly<Record<Kind, { readonly service: string; readonly resource: RegExp; readonly element: string }>> = {
  function: {
    service: 'lambda',
    resource: /^function:[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9$_-]{1,128})?$/,
    element: 'CloudFunction',
  },
  queue: { service: 'sqs', resource: /^[A-Za-z0-9_-]{1,80}(\.fifo)?$/, element: 'Queue' },
  topic: { service: 'sns', resource: /^[A-Za-z0-9_-]{1,256}(\.fifo)?$/, element: 'Topic' },
};

/** The rules of a configuration; ids are made where none are given. Throws InvalidArgument for ARNs and filters that are none. */
export function rulesOf(given: NotificationConfiguration, ids: Ids): readonly NotificationRule[] {
  const rule = (kind: Kind, arn: string | undefined, one: Given): NotificationRule => ({
    id: one.Id ?? ids.uuid(),
    events: one.Events ?? [],
    ...filtersOf(one.Filter),
    target: { kind, arn: checkedArn(kind, arn ?? '') },
  });
  return [
    ...(given.LambdaFunctionConfigurations ?? []).map((one) => rule('function', one.LambdaFunctionArn, one)),
    ...(given.QueueConfigurations ?? []).map((one) => rule('queue', one.QueueArn, one)),
    ...(given.TopicConfigurations ?? []).map((one) => rule('topic', one.TopicArn, one)),
  ];
}

function checkedArn(kind: Kind, arn: string): string {
  const { service, resource, element } = KINDS[kind];
  const parsed = parseArn(arn);
  if (parsed?.service !== service || !resource.test(parsed.resource))
    throw invalidArgument('The ARN could not be parsed', element, arn);
  return arn;
}

function filtersOf(filter: NotificationConfigurationFilter | undefined): { prefix?: string; suffix?: string } {
  const filters: { prefix?: string; suffix?: string } = {};
  for (const { Name = '', Value = '' } of filter?.Key?.FilterRules ?? []) {
    const name = Name.toLowerCase();
    if (name !== 'prefix' && name !== 'suffix')
      throw invalidArgument('filter rule name must be either prefix or suffix', 'FilterRule.Name', Name);
    if (filters[name] !== undefined)
      throw invalidArgument(`Cannot specify more than one ${name} rule in a filter.`, 'FilterRule.Name', Name);
    if (Buffer.byteLength(Value) > 1024)
      throw invalidArgument(
        'Size of filter rule value cannot exceed 1024 bytes in UTF-8 representation',
        'FilterRule.Value',
        Value,
      );
    filters[name] = Value;
  }
  return filters;
}

/** A stored configuration as GetBucketNotificationConfiguration answers it; kinds without rules are left out. */
export function configurationOf({ rules, toBus }: BucketNotifications): NotificationConfiguration {
  const shown = <T>(kind: Kind, named: (arn: string) => T) => {
    const found = rules.filter(({ target }) => target.kind === kind);
    return found.length === 0 ? undefined : found.map((rule) => ({ ...named(rule.target.arn), ...ruleMembers(rule) }));
  };
  return {
    LambdaFunctionConfigurations: shown('function', (LambdaFunctionArn) => ({ LambdaFunctionArn })),
    QueueConfigurations: shown('queue', (QueueArn) => ({ QueueArn })),
    TopicConfigurations: shown('topic', (TopicArn) => ({ TopicArn })),
    ...(toBus ? { EventBridgeConfiguration: {} } : {}),
  };
}

function ruleMembers({ id, events, prefix, suffix }: NotificationRule) {
  const FilterRules = [
    ...(prefix === undefined ? [] : [{ Name: 'Prefix' as never, Value: prefix }]),
    ...(suffix === undefined ? [] : [{ Name: 'Suffix' as never, Value: suffix }]),
  ];
  return { Id: id, Events: events as Event[], ...(FilterRules.length > 0 ? { Filter: { Key: { FilterRules } } } : {}) };
}
