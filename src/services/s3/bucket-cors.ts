import type {
  CORSRule,
  DeleteBucketCorsCommandInput,
  GetBucketCorsCommandInput,
  PutBucketCorsCommandInput,
} from '@aws-sdk/client-s3';
import { fail } from '../../kernel/index.ts';
import type { CorsRule, Operation } from '../../model/index.ts';
import { notConfigured, readSetting, writeSetting } from './bucket-setting.ts';
import type { S3Deps } from './deps.ts';
import { invalidRequest, malformedXml } from './refusals.ts';

const KIND = 'cors';
const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD'];

/** GetBucketCors. Throws NoSuchCORSConfiguration 404. */
export function getBucketCors(deps: S3Deps): Operation<GetBucketCorsCommandInput> {
  return async (input, context) => {
    const rules = (await readSetting(deps, KIND, { input, context })) as readonly CorsRule[] | undefined;
    if (!rules) throw notConfigured('NoSuchCORSConfiguration', 'The CORS configuration does not exist', input.Bucket);
    return { CORSRules: rules.map(shown) };
  };
}

/** PutBucketCors: 1 to 100 rules, enforced by the gateway (model/cors.ts). */
export function putBucketCors(deps: S3Deps): Operation<PutBucketCorsCommandInput> {
  return async (input, context) => {
    const given = input.CORSConfiguration?.CORSRules ?? [];
    if (given.length === 0 || given.length > 100) throw malformedXml();
    await writeSetting(deps, { kind: KIND, value: given.map(checked) }, { input, context });
    return {};
  };
}

/** DeleteBucketCors. */
export function deleteBucketCors(deps: S3Deps): Operation<DeleteBucketCorsCommandInput> {
  return async (input, context) => {
    await writeSetting(deps, { kind: KIND, value: undefined }, { input, context });
    return {};
  };
}

function checked(rule: CORSRule): CorsRule {
  const { AllowedMethods: methods = [], AllowedOrigins: origins = [], AllowedHeaders: headers = [] } = rule;
  if (methods.length === 0 || origins.length === 0) throw malformedXml();
  const unknown = methods.find((method) => !METHODS.includes(method));
  if (unknown !== undefined)
    throw invalidRequest(`Found unsupported HTTP method in CORS config. Unsupported method is ${unknown}`);
  const starred = [...origins, ...headers].find((pattern) => pattern.split('*').length > 2);
  if (starred !== undefined)
    throw invalidRequest(
      `${origins.includes(starred) ? 'AllowedOrigin' : 'AllowedHeader'} "${starred}" can not have more than one wildcard.`,
    );
  if (rule.ID !== undefined && rule.ID.length > 255)
    throw fail('InvalidArgument', 'The ID of a CORS rule has at most 255 characters');
  return {
    ...(rule.ID === undefined ? {} : { id: rule.ID }),
    origins,
    methods,
    headers,
    expose: rule.ExposeHeaders ?? [],
    ...(rule.MaxAgeSeconds === undefined ? {} : { maxAgeSeconds: rule.MaxAgeSeconds }),
  };
}

function shown(rule: CorsRule): CORSRule {
  return {
    ID: rule.id,
    AllowedHeaders: rule.headers.length > 0 ? [...rule.headers] : undefined,
    AllowedMethods: [...rule.methods],
    AllowedOrigins: [...rule.origins],
    ExposeHeaders: rule.expose.length > 0 ? [...rule.expose] : undefined,
    MaxAgeSeconds: rule.maxAgeSeconds,
  };
}
