import type { Config } from './config.ts';
import { beyondLinkLocal, createSendEmail, createSendHttp, createTimers, type DispatchPorts } from './dispatch/index.ts';
import { type ImagePorts, imageService } from './images.ts';
import type { Clock, Ids, Logger, SecretBox, Service, Store } from './kernel/index.ts';
import {
  type Authorize,
  type CheckRole,
  type ControlRoute,
  type CopyImage,
  type FindHttpApi,
  type FindKey,
  type FindRole,
  type FindTarget,
  type KeepImage,
  type MayAct,
  type MayConnect,
  type MayInvoke,
  type OpenMetrics,
  type PrepareImage,
  type PullImage,
  type Put,
  putBy,
  type QueueSource,
  type RawRoute,
  type RecordMetrics,
  type ResolveImage,
  type ServiceTable,
  type StreamSource,
  type Target,
} from './model/index.ts';
import { createMayConnect } from './sandbox/index.ts';
import { apiGatewayService } from './services/apigatewayv2/index.ts';
import { dynamodbService } from './services/dynamodb/index.ts';
import { dynamodbStreamsService } from './services/dynamodbstreams/index.ts';
import { eventsService } from './services/events/index.ts';
import { kinesisService } from './services/kinesis/index.ts';
import { logGroupExists, putIntoLogGroup } from './services/logs/index.ts';
import { monitoringService } from './services/monitoring/index.ts';
import { schedulerService } from './services/scheduler/index.ts';
import { type SnsService, snsService } from './services/sns/index.ts';
import { sqsService } from './services/sqs/index.ts';

export interface EventServicePorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly box: SecretBox;
  readonly authorize: Authorize;
  readonly findKey: FindKey;
  readonly findRole: FindRole;
  readonly checkRole: CheckRole;
  readonly mayAct: MayAct;
  readonly mayInvoke: MayInvoke;
  readonly trees: ImagePorts['trees'];
  readonly config: Pick<Config, 'auth' | 'egress' | 'email' | 'images' | 'server'>;
  /** The door, which is built later. */
  readonly late: { readonly gateway?: { url(): string } };
}

export interface EventServices {
  /** By the names of the wire. */
  readonly tables: Readonly<Record<string, ServiceTable>>;
  readonly put: Put;
  /** How notifications of topics are made and sent. */
  readonly notifications: Notifications;
  /** Whether a queue, topic, stream, bus or log group is there; kinds without a line are taken to be. */
  readonly exists: Readonly<Partial<Record<Target['kind'], (arn: string, asker: string) => Promise<boolean>>>>;
  readonly queues?: QueueSource;
  /** By the service of the stream's ARN. */
  readonly streams: Readonly<Record<string, StreamSource>>;
  /** What works behind: sweeps, moves, timers. */
  readonly background: readonly Service[];
  /** What would hold up the closing of the door: stopped before it. */
  readonly waits: readonly Service[];
  readonly rawRoutes: readonly RawRoute[];
  readonly routes: readonly ControlRoute[];
  readonly resolveImage: ResolveImage;
  readonly prepareImage: PrepareImage;
  readonly keepImage: KeepImage;
  readonly copyImage: CopyImage;
  readonly pullImage: PullImage;
  readonly findHttpApi: FindHttpApi;
  readonly recordMetrics: RecordMetrics;
  readonly openMetrics: OpenMetrics;
}

type Notifications = DispatchPorts['notifications'];

/** The address that people outside know, for links: what is configured, since messages may be sent before the door is open. */
export function publicAddress({ server }: Pick<Config, 'server'>, late: EventServicePorts['late']): string {
  if (server.url !== undefined) return server.url.replace(/\/+$/, '');
  if (server.port === 0) return late.gateway!.url();
  return `http://${server.host.includes(':') ? `[${server.host}]` : server.host}:${server.port}`;
}

/**
 * What notifications may reach. Whoever works on this machine may subscribe what runs on it; functions, and in mode strict everybody, reach
 * through topics what [egress] lets functions reach.
 */
function reachOf({ config, clock }: EventServicePorts): (subscriber: string) => MayConnect {
  const judged = createMayConnect(config.egress, clock);
  const isFree = (subscriber: string) => config.auth.mode === 'local' && !subscriber.includes(':assumed-role/');
  return (subscriber) => (isFree(subscriber) ? beyondLinkLocal : judged);
}

function notificationsOf(sns: SnsService, ports: EventServicePorts): Notifications {
  return {
    notificationFacts: () => ({ ...sns.signing(), endpoint: publicAddress(ports.config, ports.late) }),
    sendHttp: createSendHttp({ reach: reachOf(ports) }),
    sendEmail: createSendEmail(ports.config.email),
  };
}

/** The port FindTarget: what has a line is asked, what has none is taken to be there. */
export function createFindTarget(exists: () => EventServices['exists']): FindTarget {
  return async (target, asker) => 'arn' in target && ((await exists()[target.kind]?.(target.arn, asker)) ?? true);
}

/** The services that events come from and go to, and what dispatch reaches of them: a line for each. */
export function eventServices(ports: EventServicePorts): EventServices {
  const apigatewayv2 = apiGatewayService({ ...ports, urlDomain: 'localhost' });
  const dynamodb = dynamodbService(ports);
  const ecr = imageService(ports);
  const events = eventsService(ports);
  const kinesis = kinesisService(ports);
  const monitoring = monitoringService(ports);
  const { openMetrics } = monitoring;
  const scheduler = schedulerService(ports);
  const sns = snsService({ ...ports, openMetrics, canSendMail: ports.config.email.smtp !== undefined });
  const sqs = sqsService({ ...ports, openMetrics });
  return {
    tables: {
      apigatewayv2,
      dynamodb,
      dynamodbstreams: dynamodbStreamsService(ports),
      ecr,
      events,
      kinesis,
      monitoring,
      scheduler,
      sns,
      sqs,
    },
    put: putBy({
      bus: events.putInto,
      'log-group': putIntoLogGroup(monitoring),
      queue: sqs.putInto,
      stream: kinesis.putInto,
      topic: sns.putInto,
    }),
    notifications: notificationsOf(sns, ports),
    exists: {
      bus: events.exists,
      'log-group': (arn) => logGroupExists(ports.store.read, arn),
      queue: sqs.exists,
      stream: kinesis.exists,
      topic: sns.exists,
    },
    queues: sqs.source,
    streams: { dynamodb: dynamodb.streams, kinesis: kinesis.source },
    background: [
      ecr.background,
      events.background,
      scheduler.background,
      createTimers(ports),
      dynamodb.upkeep,
      kinesis.sweep,
      ...monitoring.background,
      ...sns.background,
      ...sqs.background,
    ],
    waits: [sqs.waits],
    rawRoutes: [ecr.registry, sns.route],
    routes: ecr.routes,
    resolveImage: ecr.resolveImage,
    prepareImage: ecr.prepareImage,
    keepImage: ecr.keepImage,
    copyImage: ecr.copyImage,
    pullImage: ecr.pullImage,
    findHttpApi: apigatewayv2.findHttpApi,
    recordMetrics: monitoring.recordMetrics,
    openMetrics,
  };
}
