import type { RouteSettings, Stage } from '@aws-sdk/client-apigatewayv2';
import { type Place, parseArn, parseRouteKey, settingNotImplemented } from '../../model/index.ts';
import type { StageSettings, StoredStage } from './collections.ts';
import { badRequest } from './refusals.ts';

/** Stages of HTTP APIs (spec/backends.md §12.1). Throws BadRequestException, NotImplemented for what is not enforced here. */
export function checkedStage(given: StageSettings, place: Place): StageSettings {
  if (given.ClientCertificateId) throw badRequest('ClientCertificateId is supported only for WebSocket APIs');
  checkRouteSettings(given.DefaultRouteSettings);
  for (const [key, settings] of Object.entries(given.RouteSettings ?? {})) {
    if (!parseRouteKey(key)) throw badRequest(`Invalid route key ${key}`);
    checkRouteSettings(settings);
  }
  const variables = Object.entries(given.StageVariables ?? {}).filter(([, value]) => value !== '');
  for (const [name, value] of variables) {
    if (!/^\w{1,64}$/.test(name)) throw badRequest(`Stage variable name ${name} must be alphanumeric and underscores`);
    if (!/^[A-Za-z0-9\-._~:/?#&=,]{1,512}$/.test(value))
      throw badRequest(`Stage variable value ${value} has characters that are not allowed: [A-Za-z0-9-._~:/?#&=,]+`);
  }
  const log = given.AccessLogSettings;
  if (log?.DestinationArn) checkLog(log.DestinationArn, log.Format, place);
  const { ClientCertificateId: _, ...rest } = given;
  return {
    ...rest,
    AutoDeploy: given.AutoDeploy ?? false,
    DefaultRouteSettings: { DetailedMetricsEnabled: false, ...given.DefaultRouteSettings },
    RouteSettings: given.RouteSettings ?? {},
    StageVariables: Object.fromEntries(variables),
    AccessLogSettings: log?.DestinationArn ? log : undefined,
  };
}

function checkRouteSettings(settings: RouteSettings | undefined): void {
  if (settings?.DetailedMetricsEnabled) throw settingNotImplemented('DetailedMetricsEnabled');
  if (settings?.DataTraceEnabled) throw badRequest('DataTraceEnabled is supported only for WebSocket APIs');
  if (settings?.LoggingLevel && settings.LoggingLevel !== 'OFF')
    throw badRequest('Execution logs are not supported on protocolType HTTP');
  for (const limit of [settings?.ThrottlingBurstLimit, settings?.ThrottlingRateLimit])
    if (limit !== undefined && limit < 0) throw badRequest('Throttling limits must not be negative');
}

function checkLog(arn: string, format: string | undefined, place: Place): void {
  const parsed = parseArn(arn);
  if (parsed?.service === 'firehose') throw settingNotImplemented('AccessLogSettings to a delivery stream');
  if (parsed?.service !== 'logs' || !/^log-group:[^:]+(:\*)?$/.test(parsed.resource))
    throw badRequest('Access Log destination must be a log group ARN');
  if (parsed.account !== place.account || parsed.region !== place.region)
    throw badRequest('Access Log destination must be of the same account and region');
  if (!format) throw badRequest('Access log format must be specified');
  if (/[\r\n]/.test(format)) throw badRequest('Access Log format must be single line');
  if (!format.includes('$context.requestId') && !format.includes('$context.extendedRequestId'))
    throw badRequest('Access Log format must contain $context.requestId or $context.extendedRequestId');
}

/** Name of a stage: `$default` or a path segment; the model bounds its length. */
export function checkStageName(name: string): void {
  if (name !== '$default' && !/^[A-Za-z0-9_-]{1,128}$/.test(name))
    throw badRequest('Stage name only allows a-zA-Z0-9 hyphen and underscore');
}

export function shownStage({ id, managed, settings, tags, ...row }: StoredStage): Stage {
  return {
    ...settings,
    StageName: id,
    CreatedDate: new Date(row.created),
    LastUpdatedDate: new Date(row.updated),
    DeploymentId: row.deployment,
    LastDeploymentStatusMessage: row.deployed,
    Tags: { ...tags },
    ...(managed && { ApiGatewayManaged: true }),
  };
}
