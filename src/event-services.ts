import type { DispatchPorts } from './dispatch/index.ts';
import { bug, type Clock, type Ids, type Logger, type SecretBox, type Service, type Store } from './kernel/index.ts';
import {
  type Authorize,
  type CheckRole,
  type ControlRoute,
  type FindHttpApi,
  type FindRole,
  type FindTarget,
  type MayAct,
  type MayInvoke,
  type Put,
  putBy,
  type QueueSource,
  type RawRoute,
  type ServiceTable,
  type StreamSource,
  type Target,
} from './model/index.ts';
import { apiGatewayService } from './services/apigatewayv2/index.ts';
import { dynamodbService } from './services/dynamodb/index.ts';
import { dynamodbStreamsService } from './services/dynamodbstreams/index.ts';
import { kinesisService } from './services/kinesis/index.ts';
import { sqsService } from './services/sqs/index.ts';

export interface EventServicePorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly box: SecretBox;
  readonly authorize: Authorize;
  readonly findRole: FindRole;
  readonly checkRole: CheckRole;
  readonly mayAct: MayAct;
  readonly mayInvoke: MayInvoke;
}

export interface EventServices {
  /** By the names of the wire. */
  readonly tables: Readonly<Record<string, ServiceTable>>;
  readonly put: Put;
  /** How notifications of topics are made and sent. */
  readonly notifications: Notifications;
  /** Whether a queue, topic, stream, bus or log group is there; kinds without a line are taken to be. */
  readonly exists: Readonly<Partial<Record<Target['kind'], (arn: string) => Promise<boolean>>>>;
  readonly queues?: QueueSource;
  /** By the service of the stream's ARN. */
  readonly streams: Readonly<Record<string, StreamSource>>;
  /** What works behind: sweeps, moves, timers. */
  readonly background: readonly Service[];
  readonly rawRoutes: readonly RawRoute[];
  readonly controlRoutes: readonly ControlRoute[];
  readonly findHttpApi: FindHttpApi;
}

type Notifications = DispatchPorts['notifications'];

/** Until topics are served no message of theirs comes here. */
const noTopics = (): never => {
  throw bug('there are no topics');
};

/** The port FindTarget: what has a line is asked, what has none is taken to be there. */
export function createFindTarget(exists: () => EventServices['exists']): FindTarget {
  return async (target) => 'arn' in target && ((await exists()[target.kind]?.(target.arn)) ?? true);
}

/** The services that events come from and go to, and what dispatch reaches of them: a line for each. */
export function eventServices(ports: EventServicePorts): EventServices {
  const apigatewayv2 = apiGatewayService({ ...ports, urlDomain: 'localhost' });
  const dynamodb = dynamodbService(ports);
  const kinesis = kinesisService(ports);
  const sqs = sqsService(ports);
  return {
    tables: { apigatewayv2, dynamodb, dynamodbstreams: dynamodbStreamsService(ports), kinesis, sqs },
    put: putBy({ queue: sqs.putInto, stream: kinesis.putInto }),
    notifications: { notificationFacts: noTopics, sendHttp: noTopics, sendEmail: noTopics },
    exists: { queue: sqs.exists, stream: kinesis.exists },
    queues: sqs.source,
    streams: { dynamodb: dynamodb.streams, kinesis: kinesis.source },
    background: [dynamodb.upkeep, kinesis.sweep, ...sqs.background],
    rawRoutes: [],
    controlRoutes: [],
    findHttpApi: apigatewayv2.findHttpApi,
  };
}
