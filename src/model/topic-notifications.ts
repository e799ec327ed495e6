import { effectiveDelivery } from './delivery-policy.ts';
import type { TopicSubscription } from './subscriptions.ts';
import type { PutItem } from './targets.ts';
import { confirmationMail, notificationMail } from './topic-mail.ts';
import { messageFor, type TopicMessage } from './topic-messages.ts';

/** What turns a message into a notification besides the message: the platform's address and its signature. */
export interface NotificationFacts {
  /** Origin that links lead to, without a slash at the end: `http://127.0.0.1:4566`. */
  readonly endpoint: string;
  /** Path of the certificate that verifies sign. */
  readonly certificatePath: string;
  /** Base64 of the RSA signature over text: SHA-1 in version 1, SHA-256 in version 2. */
  readonly sign: (version: '1' | '2', text: string) => string;
}

/** A notification in the form that its subscriber's kind takes. */
export type TopicNotification = FunctionNotification | QueueNotification | HttpNotification | MailNotification;

export interface FunctionNotification {
  readonly kind: 'function';
  readonly arn: string;
  /** UTF-8 JSON text. */
  readonly payload: string;
}

export interface QueueNotification extends Pick<PutItem, 'body' | 'attributes' | 'groupId' | 'deduplicationId'> {
  readonly kind: 'queue';
  readonly arn: string;
}

export interface HttpNotification {
  readonly kind: 'http';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface MailNotification {
  readonly kind: 'email';
  /** The same when it is sent once more: the MessageId. */
  readonly id: string;
  readonly to: string;
  /** The topic's display name. */
  readonly fromName: string;
  readonly subject: string;
  readonly text: string;
}

/** The notification of one message for one subscription (spec/event-sources.md §2, backends.md §7). Signing costs about 0.3 ms. */
export function notificationFor(
  subscription: TopicSubscription,
  message: TopicMessage,
  facts: NotificationFacts,
): TopicNotification {
  if (subscription.protocol === 'lambda') return lambdaNotification(subscription, message, facts);
  if (subscription.protocol === 'sqs') return queueNotification(subscription, message, facts);
  if (subscription.protocol === 'email' || subscription.protocol === 'email-json')
    return mailNotification(subscription, message, facts);
  return httpNotification(subscription, message, facts);
}

/** What goes to a subscription's dead-letter queue: what the subscriber would have got, or the envelope where that is no message. */
export function deadLetterFor(
  subscription: TopicSubscription,
  message: TopicMessage,
  facts: NotificationFacts & { readonly queueArn: string },
): QueueNotification {
  const raw = subscription.protocol === 'sqs' && subscription.raw;
  const { body, ...rest } = queueNotification({ ...subscription, raw: raw ?? false }, message, facts);
  return { ...rest, body, arn: facts.queueArn };
}

/** Exactly one record, with the spellings of the Lambda event: SigningCertUrl, UnsubscribeUrl. */
export function lambdaNotification(
  subscription: TopicSubscription,
  message: TopicMessage,
  facts: NotificationFacts,
): FunctionNotification {
  const text = messageFor(message, 'lambda');
  const { SigningCertURL, SignatureVersion, Signature } = signed(message, { text }, facts);
  const record = {
    EventSource: 'aws:sns',
    EventVersion: '1.0',
    EventSubscriptionArn: subscription.arn,
    Sns: {
      Type: 'Notification',
      MessageId: message.messageId,
      TopicArn: message.topicArn,
      Subject: message.subject ?? null,
      Message: text,
      Timestamp: timestamp(message),
      SignatureVersion,
      Signature,
      SigningCertUrl: SigningCertURL,
      UnsubscribeUrl: unsubscribeUrl(subscription, facts),
      MessageAttributes: attributesOf(message),
    },
  };
  return { kind: 'function', arn: subscription.endpoint, payload: JSON.stringify({ Records: [record] }) };
}

/** The envelope, or with RawMessageDelivery the message itself and its attributes. */
export function queueNotification(
  subscription: TopicSubscription,
  message: TopicMessage,
  facts: NotificationFacts,
): QueueNotification {
  const fifo = subscription.endpoint.endsWith('.fifo');
  const order = {
    ...(message.groupId === undefined ? {} : { groupId: message.groupId }),
    ...(message.deduplicationId === undefined || !fifo ? {} : { deduplicationId: message.deduplicationId }),
  };
  const to = { kind: 'queue' as const, arn: subscription.endpoint, ...order };
  if (subscription.raw) {
    const attributes = Object.keys(message.attributes).length > 0 ? { attributes: message.attributes } : {};
    return { ...to, body: messageFor(message, subscription.protocol), ...attributes };
  }
  return { ...to, body: JSON.stringify(envelope(subscription, message, facts)) };
}

/** A POST: the envelope, a confirmation, or with RawMessageDelivery the message itself. */
export function httpNotification(
  subscription: TopicSubscription,
  message: TopicMessage,
  facts: NotificationFacts,
): HttpNotification {
  const raw = subscription.raw === true && message.type === 'Notification';
  const headers = {
    'x-amz-sns-message-type': message.type,
    'x-amz-sns-message-id': message.messageId,
    'x-amz-sns-topic-arn': message.topicArn,
    ...(message.type === 'SubscriptionConfirmation' ? {} : { 'x-amz-sns-subscription-arn': subscription.arn }),
    ...(raw ? { 'x-amz-sns-rawdelivery': 'true' } : {}),
    'content-type': effectiveDelivery(message.delivery ?? {}, subscription.delivery ?? {}).contentType,
    'user-agent': 'Amazon Simple Notification Service Agent',
  };
  const body = raw ? messageFor(message, subscription.protocol) : JSON.stringify(envelope(subscription, message, facts));
  return { kind: 'http', url: subscription.endpoint, headers, body };
}

/** Mail for people (email) or programs (email-json). */
export function mailNotification(
  subscription: TopicSubscription,
  message: TopicMessage,
  facts: NotificationFacts,
): MailNotification {
  const to = { kind: 'email' as const, id: message.messageId, to: subscription.endpoint, fromName: message.displayName ?? '' };
  const links = { unsubscribe: unsubscribeUrl(subscription, facts), subscribe: subscribeUrl(message, facts) };
  const mail =
    message.type === 'Notification'
      ? notificationMail(message, messageFor(message, subscription.protocol), links.unsubscribe)
      : confirmationMail(message, links.subscribe);
  if (subscription.protocol === 'email-json')
    return { ...to, subject: mail.subject, text: JSON.stringify(envelope(subscription, message, facts)) };
  return { ...to, ...mail };
}

/** The JSON document of HTTP, queues and email-json. Messages of FIFO topics carry no signature but their sequence number. */
function envelope(subscription: TopicSubscription, message: TopicMessage, facts: NotificationFacts): object {
  const text = messageFor(message, subscription.protocol);
  const confirmation = message.type !== 'Notification';
  const link = confirmation ? subscribeUrl(message, facts) : undefined;
  const attributes = attributesOf(message);
  return {
    Type: message.type,
    MessageId: message.messageId,
    ...(message.sequenceNumber === undefined ? {} : { SequenceNumber: message.sequenceNumber }),
    ...(confirmation ? { Token: message.token } : {}),
    TopicArn: message.topicArn,
    ...(message.subject === undefined ? {} : { Subject: message.subject }),
    Message: text,
    ...(link === undefined ? {} : { SubscribeURL: link }),
    Timestamp: timestamp(message),
    ...(message.sequenceNumber === undefined ? signed(message, { text, link }, facts) : {}),
    ...(confirmation ? {} : { UnsubscribeURL: unsubscribeUrl(subscription, facts) }),
    ...(Object.keys(attributes).length > 0 ? { MessageAttributes: attributes } : {}),
  };
}

interface Signed {
  readonly SignatureVersion: string;
  readonly Signature: string;
  readonly SigningCertURL: string;
}

function signed(message: TopicMessage, given: { text: string; link?: string | undefined }, facts: NotificationFacts): Signed {
  const version = message.signatureVersion;
  return {
    SignatureVersion: version,
    Signature: facts.sign(version, textToSign(message, given)),
    SigningCertURL: `${facts.endpoint}${facts.certificatePath}`,
  };
}

/** Names and values of the signed members, a line each, by name ("Verifying the signatures of Amazon SNS messages"). */
function textToSign(message: TopicMessage, { text, link }: { text: string; link?: string | undefined }): string {
  const members: readonly (readonly [string, string | undefined])[] = [
    ['Message', text],
    ['MessageId', message.messageId],
    ['Subject', link === undefined ? message.subject : undefined],
    ['SubscribeURL', link],
    ['Timestamp', timestamp(message)],
    ['Token', link === undefined ? undefined : message.token],
    ['TopicArn', message.topicArn],
    ['Type', message.type],
  ];
  return members.map(([name, value]) => (value === undefined ? '' : `${name}\n${value}\n`)).join('');
}

function attributesOf({ attributes }: TopicMessage): Record<string, { Type: string; Value: string }> {
  return Object.fromEntries(Object.entries(attributes).map(([name, { type, value }]) => [name, { Type: type, Value: value }]));
}

function timestamp({ time }: TopicMessage): string {
  return new Date(time).toISOString();
}

function subscribeUrl({ topicArn, token = '' }: TopicMessage, { endpoint }: NotificationFacts): string {
  return `${endpoint}/?Action=ConfirmSubscription&TopicArn=${topicArn}&Token=${token}`;
}

function unsubscribeUrl({ arn }: TopicSubscription, { endpoint }: NotificationFacts): string {
  return `${endpoint}/?Action=Unsubscribe&SubscriptionArn=${arn}`;
}
