// The ordinary AWS clients. Where and as whom they call is in the usual AWS variables; without them, dalamb on this machine.
import { ApiGatewayV2 } from '@aws-sdk/client-apigatewayv2';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { IAM } from '@aws-sdk/client-iam';
import { Lambda } from '@aws-sdk/client-lambda';
import { S3 } from '@aws-sdk/client-s3';
import { SNS } from '@aws-sdk/client-sns';

process.env.AWS_ENDPOINT_URL ??= 'http://127.0.0.1:4566';
process.env.AWS_REGION ??= process.env.AWS_DEFAULT_REGION ?? 'us-east-1';
if (!process.env.AWS_PROFILE) {
  process.env.AWS_ACCESS_KEY_ID ??= 'test';
  process.env.AWS_SECRET_ACCESS_KEY ??= 'test';
}

export const region = process.env.AWS_REGION;
export const apigateway = new ApiGatewayV2();
export const dynamodb = new DynamoDB();
export const iam = new IAM();
export const lambda = new Lambda();
export const s3 = new S3({ forcePathStyle: true });
export const sns = new SNS();

/** How waiters ask: often at first, then every two seconds, for a minute at most. */
export const patience = { maxWaitTime: 60, minDelay: 0.1, maxDelay: 2 };

/** What a call answers, or undefined where it fails with an error of one of these names. */
export async function unless(names, call) {
  try {
    return await call;
  } catch (error) {
    if (!names.includes(error.name)) throw error;
  }
}

/** What a call answers, or undefined where what it is about is not there. */
export const ifThere = (call) =>
  unless(['NoSuchBucket', 'NoSuchEntityException', 'NotFoundException', 'ResourceNotFoundException'], call);
