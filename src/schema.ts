import { dispatchSchema } from './dispatch/index.ts';
import type { StoreSchema } from './kernel/index.ts';
import { topics } from './model/index.ts';
import { schema as observeSchema } from './observe/index.ts';
import { environmentSchema, peopleSchema, releaseSchema, reviewSchema, webhookSchema } from './paas/index.ts';
import { sampleSchema } from './sample.ts';
import { schema as apiGatewaySchema } from './services/apigatewayv2/index.ts';
import { schema as dynamodbSchema } from './services/dynamodb/index.ts';
import { schema as ecrSchema } from './services/ecr/index.ts';
import { schema as eventsSchema } from './services/events/index.ts';
import { schema as iamSchema } from './services/iam/index.ts';
import { schema as kinesisSchema } from './services/kinesis/index.ts';
import { schema as lambdaSchema } from './services/lambda/index.ts';
import { schema as logsSchema } from './services/logs/index.ts';
import { schema as monitoringSchema } from './services/monitoring/index.ts';
import { schema as s3Schema } from './services/s3/index.ts';
import { schema as schedulerSchema } from './services/scheduler/index.ts';
import { schema as snsSchema } from './services/sns/index.ts';
import { schema as sqsSchema } from './services/sqs/index.ts';

const parts: readonly StoreSchema[] = [
  apiGatewaySchema,
  dynamodbSchema,
  ecrSchema,
  eventsSchema,
  iamSchema,
  kinesisSchema,
  lambdaSchema,
  logsSchema,
  monitoringSchema,
  s3Schema,
  schedulerSchema,
  snsSchema,
  sqsSchema,
  observeSchema,
  dispatchSchema,
  environmentSchema,
  peopleSchema,
  releaseSchema,
  reviewSchema,
  webhookSchema,
  sampleSchema,
];

/** All that the rooms keep. A collection or topic that two rooms name is one. */
export const schema: StoreSchema = {
  collections: [...new Map(parts.flatMap((part) => part.collections).map((one) => [one.name, one])).values()],
  topics: [...new Map([...topics, ...parts.flatMap((part) => part.topics)].map((one) => [one.name, one])).values()],
};
