import { type Failure, fail } from '../kernel/index.ts';

/** How often and when a delivery over HTTP is tried again; delays in seconds. */
export interface HealthyRetryPolicy {
  readonly minDelayTarget: number;
  readonly maxDelayTarget: number;
  readonly numRetries: number;
  readonly numMaxDelayRetries: number;
  readonly numNoDelayRetries: number;
  readonly numMinDelayRetries: number;
  readonly backoffFunction: BackoffFunction;
}

export type BackoffFunction = 'linear' | 'arithmetic' | 'geometric' | 'exponential';

/** What DeliveryPolicy sets for a topic or a subscription; absent parts are AWS's defaults. */
export interface HttpDelivery {
  readonly retry?: HealthyRetryPolicy;
  readonly contentType?: string;
  /** Of a topic: what subscriptions set does not count. */
  readonly overrides?: 'disabled';
}

export const defaultRetryPolicy: HealthyRetryPolicy = {
  minDelayTarget: 20,
  maxDelayTarget: 20,
  numRetries: 3,
  numMaxDelayRetries: 0,
  numNoDelayRetries: 0,
  numMinDelayRetries: 0,
  backoffFunction: 'linear',
};

const DEFAULT_CONTENT_TYPE = 'text/plain; charset=UTF-8';

const MEDIA_TYPES = [
  'application/atom+xml',
  'application/json',
  'application/octet-stream',
  'application/soap+xml',
  'application/x-www-form-urlencoded',
  'application/xhtml+xml',
  'application/xml',
  'text/css',
  'text/csv',
  'text/html',
  'text/plain',
  'text/xml',
];

type Json = Readonly<Record<string, unknown>>;
type Refuse = (reason: string) => Failure;

/** Reads a topic's DeliveryPolicy: `{"http":{"defaultHealthyRetryPolicy":…}}`. Throws InvalidParameterException, NotImplemented 501. */
export function parseTopicDelivery(text: string, prefix: string): HttpDelivery {
  const refuse = refuser(prefix);
  const policy = readJson(text, refuse);
  only(policy, ['http'], refuse);
  if (policy.http === undefined) return {};
  const http = object(policy.http, 'http', refuse);
  const known = ['defaultHealthyRetryPolicy', 'disableSubscriptionOverrides', 'defaultRequestPolicy', ...UNENFORCED];
  only(http, [...known, 'defaultThrottlePolicy', 'defaultSicklyRetryPolicy'], refuse);
  unenforced(http, [...UNENFORCED, 'defaultThrottlePolicy', 'defaultSicklyRetryPolicy']);
  const disabled = http.disableSubscriptionOverrides ?? false;
  if (typeof disabled !== 'boolean') throw refuse('http.disableSubscriptionOverrides must be a boolean');
  return {
    ...retryPart(http.defaultHealthyRetryPolicy, 'http.defaultHealthyRetryPolicy', refuse),
    ...requestPart(http.defaultRequestPolicy, 'http.defaultRequestPolicy', refuse),
    ...(disabled ? { overrides: 'disabled' } : {}),
  };
}

/** Reads a subscription's DeliveryPolicy: `{"healthyRetryPolicy":…,"requestPolicy":…}`. Throws as above. */
export function parseSubscriptionDelivery(text: string, prefix: string): HttpDelivery {
  const refuse = refuser(prefix);
  const policy = readJson(text, refuse);
  only(policy, ['healthyRetryPolicy', 'requestPolicy', ...UNENFORCED], refuse);
  unenforced(policy, UNENFORCED);
  return {
    ...retryPart(policy.healthyRetryPolicy, 'healthyRetryPolicy', refuse),
    ...requestPart(policy.requestPolicy, 'requestPolicy', refuse),
  };
}

/** Parts of the policy that nothing here acts on; null, which stands for their default, may be written back. */
const UNENFORCED = ['throttlePolicy', 'sicklyRetryPolicy', 'guaranteed'];

function unenforced(policy: Json, names: readonly string[]): void {
  const set = names.find((name) => policy[name] !== undefined && policy[name] !== null && policy[name] !== false);
  if (set !== undefined) throw fail('NotImplemented', `DeliveryPolicy: ${set} is not implemented by dalamb`, { status: 501 });
}

function retryPart(value: unknown, name: string, refuse: Refuse): Pick<HttpDelivery, 'retry'> {
  if (value === undefined || value === null) return {};
  const given = object(value, name, refuse);
  only(given, Object.keys(defaultRetryPolicy), refuse);
  const whole = (key: keyof HealthyRetryPolicy, [low, high]: readonly [number, number]) => {
    const found = given[key] ?? defaultRetryPolicy[key];
    if (!Number.isInteger(found) || (found as number) < low || (found as number) > high)
      throw refuse(`${name}.${key} must be between ${low} and ${high}`);
    return found as number;
  };
  const maxDelayTarget = whole('maxDelayTarget', [1, 3600]);
  const numRetries = whole('numRetries', [0, 100]);
  const backoffFunction = given.backoffFunction ?? 'linear';
  if (!isBackoff(backoffFunction))
    throw refuse(`${name}.backoffFunction must be one of arithmetic, exponential, geometric, linear`);
  const retry = {
    minDelayTarget: whole('minDelayTarget', [1, maxDelayTarget]),
    maxDelayTarget,
    numRetries,
    numMaxDelayRetries: whole('numMaxDelayRetries', [0, numRetries]),
    numNoDelayRetries: whole('numNoDelayRetries', [0, numRetries]),
    numMinDelayRetries: whole('numMinDelayRetries', [0, numRetries]),
    backoffFunction,
  };
  if (retry.numNoDelayRetries + retry.numMinDelayRetries + retry.numMaxDelayRetries > numRetries)
    throw refuse(`${name}.numRetries must be at least the sum of the retries of all phases`);
  if (httpDelaysMs(retry).reduce((sum, delay) => sum + delay, 0) > LONGEST_MS)
    throw refuse(`${name} must not take more than 3600 seconds in all`);
  return { retry };
}

const LONGEST_MS = 3600 * 1000;

function requestPart(value: unknown, name: string, refuse: Refuse): Pick<HttpDelivery, 'contentType'> {
  if (value === undefined || value === null) return {};
  const given = object(value, name, refuse);
  only(given, ['headerContentType'], refuse);
  const type = given.headerContentType;
  if (type === undefined) return {};
  const media = typeof type === 'string' ? /^([a-z+/.-]+)(; ?charset=[A-Za-z0-9_-]{1,40})?$/.exec(type)?.[1] : undefined;
  if (media === undefined || !MEDIA_TYPES.includes(media))
    throw refuse(`${name}.headerContentType must be one of ${MEDIA_TYPES.join(', ')}`);
  return { contentType: type as string };
}

/** The waits before each retry, in ms: at once, then at the least delay, then backing off from least to most, then at the most. */
export function httpDelaysMs(policy: HealthyRetryPolicy): readonly number[] {
  const { numRetries, numNoDelayRetries, numMinDelayRetries, numMaxDelayRetries, minDelayTarget, maxDelayTarget } = policy;
  const between = numRetries - numNoDelayRetries - numMinDelayRetries - numMaxDelayRetries;
  const rising = Array.from({ length: between }, (_, step) =>
    between < 2 ? minDelayTarget : backoff(policy, step / (between - 1)),
  );
  return [
    ...Array<number>(numNoDelayRetries).fill(0),
    ...Array<number>(numMinDelayRetries).fill(minDelayTarget),
    ...rising,
    ...Array<number>(numMaxDelayRetries).fill(maxDelayTarget),
  ].map((seconds) => Math.round(seconds * 1000));
}

/** Seconds at a part (0 to 1) of the way from the least delay to the most. */
function backoff({ backoffFunction, minDelayTarget: min, maxDelayTarget: max }: HealthyRetryPolicy, part: number): number {
  const shapes: Readonly<Record<BackoffFunction, number>> = {
    linear: part,
    arithmetic: (part * part + part) / 2,
    geometric: part ** 2,
    exponential: (2 ** (10 * part) - 1) / 1023,
  };
  return min + (max - min) * shapes[backoffFunction];
}

function isBackoff(value: unknown): value is BackoffFunction {
  return value === 'linear' || value === 'arithmetic' || value === 'geometric' || value === 'exponential';
}

/** EffectiveDeliveryPolicy of a topic, as GetTopicAttributes answers it. */
export function effectiveTopicDelivery(delivery: HttpDelivery): object {
  return {
    http: {
      defaultHealthyRetryPolicy: delivery.retry ?? defaultRetryPolicy,
      disableSubscriptionOverrides: delivery.overrides === 'disabled',
      defaultRequestPolicy: { headerContentType: delivery.contentType ?? DEFAULT_CONTENT_TYPE },
    },
  };
}

/** What counts for a subscription: its own settings over the topic's, unless the topic disables that. */
export function effectiveDelivery(topic: HttpDelivery, own: HttpDelivery): Required<Pick<HttpDelivery, 'retry' | 'contentType'>> {
  const mine = topic.overrides === 'disabled' ? {} : own;
  return {
    retry: mine.retry ?? topic.retry ?? defaultRetryPolicy,
    contentType: mine.contentType ?? topic.contentType ?? DEFAULT_CONTENT_TYPE,
  };
}

/** EffectiveDeliveryPolicy of a subscription, as GetSubscriptionAttributes answers it. */
export function effectiveSubscriptionDelivery(topic: HttpDelivery, own: HttpDelivery): object {
  const { retry, contentType } = effectiveDelivery(topic, own);
  return {
    healthyRetryPolicy: retry,
    sicklyRetryPolicy: null,
    throttlePolicy: null,
    requestPolicy: { headerContentType: contentType },
    guaranteed: false,
  };
}

function refuser(prefix: string): Refuse {
  return (reason) => fail('InvalidParameterException', `${prefix}DeliveryPolicy: ${reason}`);
}

function readJson(text: string, refuse: Refuse): Json {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refuse(`failed to parse JSON. ${(error as Error).message}`);
  }
  return object(value, 'policy', refuse);
}

function object(value: unknown, name: string, refuse: Refuse): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refuse(`${name} must be an object`);
  return value as Json;
}

function only(value: Json, allowed: readonly string[], refuse: Refuse): void {
  const stranger = Object.keys(value).find((key) => !allowed.includes(key));
  if (stranger !== undefined) throw refuse(`unknown field ${stranger}`);
}
