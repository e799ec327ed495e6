import type { Cors, FunctionUrlConfig } from '@aws-sdk/client-lambda';
import type { Reader } from '../../kernel/index.ts';
import {
  type FindFunctionUrl,
  type FunctionRef,
  type FunctionUrlCors,
  functionArn,
  type OperationContext,
} from '../../model/index.ts';
import { resourcePolicy } from './access.ts';
import { type StoredUrl, urls } from './collections.ts';
import type { Lambda } from './deps.ts';

/** The port FindFunctionUrl: two reads. */
export function createFindFunctionUrl(from: Reader): FindFunctionUrl {
  return async (id) => {
    const url = await from.get(urls, [id]);
    if (!url) return undefined;
    const { account, region, name, authType, cors } = url;
    const ref = { account, region, name, qualifier: url.qualifier || undefined };
    const policy = await resourcePolicy(from, ref);
    return { id, account, region, functionArn: urlArn(url), authType, invokeMode: 'BUFFERED', cors, policy };
  };
}

/** The URL of a function, or of the alias in the reference. */
export async function urlOf(from: Reader, ref: FunctionRef): Promise<StoredUrl | undefined> {
  const prefix = [ref.account, ref.region, ref.name, ref.qualifier ?? ''];
  return (await from.range(urls, { index: 'function', prefix, limit: 1 })).items[0];
}

export function urlArn({ region, account, name, qualifier }: StoredUrl): string {
  return functionArn(region, account, name, qualifier || undefined);
}

/** 32 characters that cannot be guessed (160 bits), as AWS's. */
export function newUrlId(lambda: Lambda): string {
  return lambda.ids.base32(32).toLowerCase();
}

/** Where it answers, seen from this caller: `http://ID.lambda-url.REGION.localhost:4566/` (DESIGN §6). */
export function shownUrl(lambda: Lambda, context: OperationContext, url: StoredUrl): string {
  const at = new URL(context.endpoint);
  return `${at.protocol}//${url.id}.lambda-url.${url.region}.${lambda.settings.urlDomain}${at.port === '' ? '' : `:${at.port}`}/`;
}

export function storedCors(cors: Cors): FunctionUrlCors {
  return {
    allowCredentials: cors.AllowCredentials,
    allowHeaders: cors.AllowHeaders,
    allowMethods: cors.AllowMethods,
    allowOrigins: cors.AllowOrigins,
    exposeHeaders: cors.ExposeHeaders,
    maxAge: cors.MaxAge,
  };
}

export function shownCors(cors: FunctionUrlCors): Cors {
  return {
    AllowCredentials: cors.allowCredentials,
    AllowHeaders: cors.allowHeaders && [...cors.allowHeaders],
    AllowMethods: cors.allowMethods && [...cors.allowMethods],
    AllowOrigins: cors.allowOrigins && [...cors.allowOrigins],
    ExposeHeaders: cors.exposeHeaders && [...cors.exposeHeaders],
    MaxAge: cors.maxAge,
  };
}

/** The whole configuration, as Get and List show it. */
export function shownUrlConfig(lambda: Lambda, context: OperationContext, url: StoredUrl): FunctionUrlConfig {
  return {
    FunctionUrl: shownUrl(lambda, context, url),
    FunctionArn: urlArn(url),
    AuthType: url.authType,
    ...(url.cors && { Cors: shownCors(url.cors) }),
    CreationTime: new Date(url.created).toISOString(),
    LastModifiedTime: new Date(url.modified).toISOString(),
    InvokeMode: 'BUFFERED',
  };
}
