import { type OperationContext, parseArn, type SubscriptionProtocol } from '../../model/index.ts';
import type { Topic } from './collections.ts';
import { invalidParameter, notAuthorized, notImplemented } from './refusals.ts';

/** Whom a subscription would reach. */
export interface Subscribed {
  readonly protocol: SubscriptionProtocol;
  readonly endpoint: string;
  /** Somebody at the endpoint has to agree first. */
  readonly asks: boolean;
}

const UNOFFERED = ['sms', 'application', 'firehose'];

/** Checks protocol and endpoint of Subscribe. Throws InvalidParameter, AuthorizationError 403, NotImplemented 501. */
export function readEndpoint(
  given: { readonly protocol: string; readonly endpoint: string },
  topic: Topic,
  { principal, canSendMail }: Pick<OperationContext, 'principal'> & { readonly canSendMail: boolean },
): Subscribed {
  const { endpoint } = given;
  if (UNOFFERED.includes(given.protocol)) throw notImplemented(`Subscription protocol ${given.protocol}`);
  if (!Object.hasOwn(CHECKS, given.protocol))
    throw invalidParameter(`Amazon SNS does not support this protocol string: ${given.protocol}`);
  const protocol = given.protocol as SubscriptionProtocol;
  CHECKS[protocol](endpoint, topic);
  if (protocol === 'sqs' || protocol === 'lambda') {
    const foreign = parseArn(endpoint)!.account !== principal.account;
    if (foreign && protocol === 'lambda') throw notAuthorized('Functions are subscribed by their own account');
    return { protocol, endpoint, asks: foreign };
  }
  if (topic.fifo) throw invalidParameter('Invalid parameter: Endpoint Reason: Please use FIFO SQS queue');
  if (protocol.startsWith('email') && !canSendMail)
    throw notImplemented(`Subscription protocol ${protocol} without an SMTP server ([email] smtp in the configuration)`);
  return { protocol, endpoint, asks: true };
}

const CHECKS: Readonly<Record<SubscriptionProtocol, (endpoint: string, topic: Topic) => void>> = {
  lambda: (endpoint, topic) => {
    const arn = parseArn(endpoint);
    if (arn?.service !== 'lambda' || !/^function:[^:]+(:[^:]+)?$/.test(arn.resource))
      throw invalidParameter('Lambda endpoint ARN');
    if (topic.fifo) throw invalidParameter('Invalid parameter: Endpoint Reason: Please use FIFO SQS queue');
  },
  sqs: (endpoint, topic) => {
    const arn = parseArn(endpoint);
    if (arn?.service !== 'sqs' || !/^[\w-]{1,80}(\.fifo)?$/.test(arn.resource)) throw invalidParameter('SQS endpoint ARN');
    if (arn.resource.endsWith('.fifo') && !topic.fifo)
      throw invalidParameter('Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics');
  },
  http: checkUrl('http:'),
  https: checkUrl('https:'),
  email: checkAddress,
  'email-json': checkAddress,
};

function checkUrl(scheme: string) {
  return (endpoint: string) => {
    if (!endpoint.startsWith(`${scheme}//`)) throw invalidParameter('Endpoint must match the specified protocol');
    if (endpoint.length > 2048 || !URL.canParse(endpoint))
      throw invalidParameter('Endpoint Reason: the URL cannot be understood');
  };
}

/** One plain address: what could begin a second one, a name, or a header is refused. */
function checkAddress(endpoint: string): void {
  if (endpoint.length > 254 || !/^[^\s@,;:<>()[\]"\\]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]*$/.test(endpoint))
    throw invalidParameter('Email address');
}
