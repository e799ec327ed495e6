import {
  type FilterPolicyScope,
  parseArn,
  parseFilterPolicy,
  parseSubscriptionDelivery,
  type TopicSubscription,
} from '../../model/index.ts';
import { invalidParameter, notImplemented } from './refusals.ts';
import { shownEndpoint } from './subscription-list.ts';

/** What attributes change in a subscription. */
export type Settings = Pick<
  TopicSubscription,
  'raw' | 'filterPolicy' | 'filterPolicyScope' | 'redrivePolicy' | 'deliveryPolicy' | 'delivery'
>;

/** What is being set. prefix begins reasons: `Attributes Reason: ` in Subscribe, empty in SetSubscriptionAttributes. */
export interface Setting extends Pick<TopicSubscription, 'topicArn' | 'protocol' | 'endpoint'> {
  readonly prefix: string;
}

type Read = (text: string, setting: Setting) => { readonly [key in keyof Settings]: Settings[key] | undefined };

const SETTABLE: Readonly<Record<string, Read>> = {
  RawMessageDelivery: (text, { protocol, prefix }) => {
    const said = `${prefix}RawMessageDelivery: `;
    if (!/^(true|false)$/i.test(text)) throw invalidParameter(`${said}Invalid value [${text}]. Must be true or false.`);
    const raw = text.toLowerCase() === 'true';
    if (raw && !['sqs', 'http', 'https'].includes(protocol))
      throw invalidParameter(`${said}Delivery protocol [${protocol}] does not support raw message delivery.`);
    return { raw };
  },
  FilterPolicy: (text) => ({ filterPolicy: isEmpty(text) ? undefined : text }),
  FilterPolicyScope: (text, { prefix }) => {
    if (text !== 'MessageAttributes' && text !== 'MessageBody')
      throw invalidParameter(
        `${prefix}FilterPolicyScope: Invalid value [${text}]. Please use either MessageBody or MessageAttributes`,
      );
    return { filterPolicyScope: text };
  },
  RedrivePolicy: readRedrive,
  DeliveryPolicy: (text, { protocol, prefix }) => {
    if (isEmpty(text)) return { deliveryPolicy: undefined, delivery: undefined };
    if (protocol !== 'http' && protocol !== 'https')
      throw invalidParameter(`${prefix}DeliveryPolicy: only HTTP and HTTPS subscriptions have one`);
    return { deliveryPolicy: text, delivery: parseSubscriptionDelivery(text, `Invalid parameter: ${prefix}`) };
  },
  SubscriptionRoleArn: unenforced('SubscriptionRoleArn'),
  ReplayPolicy: unenforced('ReplayPolicy'),
};

/** Reads attributes of Subscribe and SetSubscriptionAttributes over those that are there. Throws InvalidParameter, NotImplemented 501. */
export function readSettings(given: Readonly<Record<string, string>>, setting: Setting, before: Settings = {}): Settings {
  let settings: Settings = before;
  for (const [name, text] of Object.entries(given)) {
    const read = Object.hasOwn(SETTABLE, name) ? SETTABLE[name] : undefined;
    if (!read) throw invalidParameter(`${setting.prefix}AttributeName`);
    settings = { ...settings, ...read(text, setting) } as Settings;
  }
  const { filterPolicy, filterPolicyScope = 'MessageAttributes' } = settings;
  if (filterPolicy !== undefined) parseFilterPolicy(filterPolicy, filterPolicyScope, `Invalid parameter: ${setting.prefix}`);
  return settings;
}

function isEmpty(text: string): boolean {
  return text === '' || /^\s*\{\s*\}\s*$/.test(text);
}

function unenforced(name: string): Read {
  return (text) => {
    if (!isEmpty(text)) throw notImplemented(name);
    return {} as ReturnType<Read>;
  };
}

function readRedrive(text: string, { topicArn, endpoint, prefix }: Setting): ReturnType<Read> {
  if (isEmpty(text)) return { redrivePolicy: undefined } as ReturnType<Read>;
  const refuse = (reason: string) => invalidParameter(`${prefix}RedrivePolicy: ${reason}`);
  let policy: { deadLetterTargetArn?: unknown } | null;
  try {
    policy = JSON.parse(text);
  } catch (error) {
    throw refuse(`failed to parse JSON. ${(error as Error).message}`);
  }
  const target = policy?.deadLetterTargetArn;
  const arn = typeof target === 'string' ? parseArn(target) : undefined;
  if (arn?.service !== 'sqs') throw refuse('deadLetterTargetArn is an invalid arn');
  const fifo = topicArn.endsWith('.fifo') && endpoint.endsWith('.fifo');
  if (fifo && !arn.resource.endsWith('.fifo'))
    throw refuse('must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic.');
  if (!fifo && arn.resource.endsWith('.fifo')) throw refuse('must use a standard queue as DLQ here.');
  return { redrivePolicy: text } as ReturnType<Read>;
}

/** The attributes that were set, as GetSubscriptionAttributes answers them. */
export function describeSettings(settings: Settings): Record<string, string> {
  const scope: FilterPolicyScope = settings.filterPolicyScope ?? 'MessageAttributes';
  return {
    RawMessageDelivery: String(settings.raw ?? false),
    ...(settings.filterPolicy === undefined ? {} : { FilterPolicy: settings.filterPolicy, FilterPolicyScope: scope }),
    ...(settings.redrivePolicy === undefined ? {} : { RedrivePolicy: settings.redrivePolicy }),
    ...(settings.deliveryPolicy === undefined ? {} : { DeliveryPolicy: settings.deliveryPolicy }),
  };
}

/** What GetSubscriptionAttributes answers, but for EffectiveDeliveryPolicy. */
export function describeSubscription(subscription: TopicSubscription): Record<string, string> {
  return {
    SubscriptionArn: subscription.arn,
    TopicArn: subscription.topicArn,
    Owner: subscription.owner,
    Protocol: subscription.protocol,
    Endpoint: shownEndpoint(subscription.endpoint),
    SubscriptionPrincipal: subscription.principal,
    PendingConfirmation: String(subscription.expires !== undefined),
    ConfirmationWasAuthenticated: String(subscription.authenticated ?? false),
    ...describeSettings(subscription),
  };
}
