import { createHash } from 'node:crypto';
import type { FunctionConfiguration } from '@aws-sdk/client-lambda';
import { isFailure, platformFailure } from '../../kernel/index.ts';
import { functionArn, type Place } from '../../model/index.ts';
import type { Edition } from './collections.ts';
import type { Lambda } from './deps.ts';

/** Which edition of which function is shown, and how. */
export interface Shown {
  readonly fn: Place & { readonly name: string };
  readonly edition: Edition;
  /** `$LATEST` or a number. */
  readonly version: string;
  /** What follows the name in FunctionArn, if anything does. */
  readonly qualifier?: string;
}

/** The list form: without state and runtime version (spec/lambda-api.md §4.2). */
export function listedConfiguration(lambda: Lambda, { fn, edition, version, qualifier }: Shown): FunctionConfiguration {
  const { settings, code } = edition;
  return {
    FunctionName: fn.name,
    FunctionArn: functionArn(fn.region, fn.account, fn.name, qualifier),
    ...(settings.packageType !== 'Image' && { Runtime: settings.runtime as FunctionConfiguration['Runtime'] }),
    Role: settings.role,
    ...(settings.packageType !== 'Image' && { Handler: settings.handler }),
    CodeSize: code.size,
    Description: settings.description,
    Timeout: settings.timeoutSeconds,
    MemorySize: settings.memoryMiB,
    LastModified: amazonTime(edition.modified),
    CodeSha256: codeSha256(edition),
    Version: version,
    ...(settings.deadLetter === undefined ? {} : { DeadLetterConfig: { TargetArn: settings.deadLetter } }),
    ...shownVariables(lambda, fn, edition),
    TracingConfig: { Mode: 'PassThrough' },
    RevisionId: edition.revision,
    ...(edition.layers.length === 0 ? {} : { Layers: edition.layers.map(({ arn, size }) => ({ Arn: arn, CodeSize: size })) }),
    PackageType: settings.packageType ?? 'Zip',
    ...shownImageConfig(edition),
    Architectures: [settings.architecture],
    EphemeralStorage: { Size: settings.tmpMiB },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    LoggingConfig: shownLogging(edition),
  };
}

/** The whole FunctionConfiguration. */
export function configuration(lambda: Lambda, shown: Shown): FunctionConfiguration {
  const { state, stateReason, update } = shown.edition.state;
  return {
    ...listedConfiguration(lambda, shown),
    State: state,
    ...(stateReason && { StateReason: stateReason.text, StateReasonCode: stateReason.code as never }),
    ...(update && { LastUpdateStatus: update.status }),
    ...(update?.reason && {
      LastUpdateStatusReason: update.reason.text,
      LastUpdateStatusReasonCode: update.reason.code as never,
    }),
    ...(!shown.edition.image && {
      RuntimeVersionConfig: { RuntimeVersionArn: runtimeVersionArn(shown.fn.region, shown.edition.settings.runtime) },
    }),
  };
}

/** Of a zip in base64, of an image its digest in hex (spec/lambda-api.md §4.2). */
export function codeSha256({ code, image }: Edition): string {
  return image ? code.hash : Buffer.from(code.hash, 'hex').toString('base64');
}

function shownImageConfig({ settings: { imageConfig } }: Edition): Pick<FunctionConfiguration, 'ImageConfigResponse'> {
  if (!imageConfig) return {};
  const { entryPoint, command, workingDirectory } = imageConfig;
  return {
    ImageConfigResponse: {
      ImageConfig: {
        ...(entryPoint && { EntryPoint: [...entryPoint] }),
        ...(command && { Command: [...command] }),
        ...(workingDirectory && { WorkingDirectory: workingDirectory }),
      },
    },
  };
}

/** `2026-01-01T00:00:00.000+0000`. */
export function amazonTime(time: number): string {
  return new Date(time).toISOString().replace('Z', '+0000');
}

/** The variables in the clear; undefined when there never were any. Throws SecretUnreadable. */
export function openVariables(lambda: Lambda, fn: Place & { readonly name: string }, edition: Edition) {
  if (edition.sealed === undefined) return undefined;
  const arn = functionArn(fn.region, fn.account, fn.name);
  const opened = lambda.secrets.open(edition.sealed, arn);
  if (opened === undefined) throw platformFailure('SecretUnreadable', `the variables of ${arn}`);
  return JSON.parse(opened) as Record<string, string>;
}

export function sealVariables(lambda: Lambda, fn: Place & { readonly name: string }, variables: Record<string, string>): string {
  return lambda.secrets.seal(JSON.stringify(variables), functionArn(fn.region, fn.account, fn.name));
}

function shownVariables(lambda: Lambda, fn: Shown['fn'], edition: Edition): Pick<FunctionConfiguration, 'Environment'> {
  try {
    const Variables = openVariables(lambda, fn, edition);
    return Variables === undefined ? {} : { Environment: { Variables } };
  } catch (error) {
    if (!isFailure(error)) throw error;
    return { Environment: { Error: { ErrorCode: error.code, Message: error.message } } };
  }
}

function shownLogging({ settings: { logging } }: Edition): FunctionConfiguration['LoggingConfig'] {
  return {
    LogFormat: logging.format,
    ...(logging.applicationLevel && { ApplicationLogLevel: logging.applicationLevel as never }),
    ...(logging.systemLevel && { SystemLogLevel: logging.systemLevel as never }),
    LogGroup: logging.group,
  };
}

export function runtimeVersionArn(region: string, runtime: string): string {
  return `arn:aws:lambda:${region}::runtime:${createHash('sha256').update(runtime).digest('hex')}`;
}
