import type { CreateFunctionRequest, ImageConfig, LoggingConfig } from '@aws-sdk/client-lambda';
import type { ImageOverrides } from './functions.ts';
import { constraintViolated, invalidParameter, settingNotImplemented } from './lambda-errors.ts';
import { targetOf } from './targets.ts';

export type Architecture = 'x86_64' | 'arm64';

export interface LoggingSettings {
  readonly format: 'Text' | 'JSON';
  readonly group: string;
  /** Only with format JSON. */
  readonly applicationLevel?: string;
  readonly systemLevel?: string;
}

/** The configuration of one function version that is no secret and needs nothing else to be understood. */
export interface FunctionSettings {
  /** Absent: Zip. */
  readonly packageType?: 'Image';
  /** Both empty for images. */
  readonly runtime: string;
  readonly handler: string;
  /** What replaces an image's own; absent when nothing does. */
  readonly imageConfig?: ImageOverrides;
  /** ARN. */
  readonly role: string;
  readonly description: string;
  readonly timeoutSeconds: number;
  readonly memoryMiB: number;
  readonly tmpMiB: number;
  readonly architecture: Architecture;
  readonly logging: LoggingSettings;
  /** ARN of the queue or topic that gets asynchronous events that were given up. */
  readonly deadLetter?: string;
}

/** What CreateFunction and UpdateFunctionConfiguration may say of the settings. */
export type SettingsInput = Partial<Omit<CreateFunctionRequest, 'FunctionName' | 'Code' | 'Tags' | 'Publish'>>;

/** The defaults of a new function (spec/lambda-api.md §4.1). Throws when runtime or handler are missing, or given for an image. */
export function newSettings(name: string, input: SettingsInput, host: Architecture): FunctionSettings {
  const image = input.PackageType === 'Image';
  if (!image && input.Runtime === undefined)
    throw invalidParameter('Runtime is mandatory for functions created with deployment packages.');
  if (!image && input.Handler === undefined)
    throw invalidParameter('Handler is mandatory for functions created with deployment packages.');
  const group = `/aws/lambda/${name}`;
  const base: FunctionSettings = {
    ...(image && { packageType: 'Image' }),
    runtime: '',
    handler: '',
    role: input.Role ?? '',
    description: '',
    timeoutSeconds: 3,
    memoryMiB: 128,
    tmpMiB: 512,
    architecture: 'x86_64',
    logging: { format: 'Text', group },
  };
  return changedSettings(base, { ...input, Architectures: input.Architectures ?? ['x86_64'] }, host);
}

/**
 * What is given replaces, what is absent stays; parts of LoggingConfig merge. Throws for limits that are lower than the model's, and for
 * what belongs to the other package type.
 */
export function changedSettings(from: FunctionSettings, input: SettingsInput, host: Architecture): FunctionSettings {
  checkPackage(from, input);
  return {
    ...(from.packageType && { packageType: from.packageType }),
    ...imageConfig(from.imageConfig, input.ImageConfig),
    runtime: input.Runtime ?? from.runtime,
    handler: input.Handler ?? from.handler,
    role: input.Role ?? from.role,
    description: input.Description ?? from.description,
    timeoutSeconds: atMost(input.Timeout ?? from.timeoutSeconds, 900, 'timeout'),
    memoryMiB: atMost(input.MemorySize ?? from.memoryMiB, 10_240, 'memorySize'),
    tmpMiB: atMost(input.EphemeralStorage?.Size ?? from.tmpMiB, 10_240, 'ephemeralStorage.size'),
    architecture: architecture(input.Architectures?.[0] ?? from.architecture, host),
    logging: input.LoggingConfig ? changedLogging(from.logging, input.LoggingConfig) : from.logging,
    ...deadLetter(input.DeadLetterConfig ? input.DeadLetterConfig.TargetArn : from.deadLetter),
  };
}

function checkPackage({ packageType }: FunctionSettings, input: SettingsInput): void {
  if (packageType === 'Image') {
    if (input.Runtime !== undefined || input.Handler !== undefined || (input.Layers?.length ?? 0) > 0)
      throw invalidParameter("Please don't provide Handler or Runtime or Layer when the intended function PackageType is Image.");
  } else if (filled(input.ImageConfig)) {
    throw invalidParameter("Please don't provide ImageConfig when the intended function PackageType is Zip.");
  }
}

/** What is given replaces all of it; `{}` takes it away. */
function imageConfig(from: ImageOverrides | undefined, input: ImageConfig | undefined): Pick<FunctionSettings, 'imageConfig'> {
  if (input === undefined) return from ? { imageConfig: from } : {};
  const { EntryPoint, Command, WorkingDirectory } = input;
  if (WorkingDirectory && !WorkingDirectory.startsWith('/'))
    throw invalidParameter(`The WorkingDirectory ${WorkingDirectory} of ImageConfig is not an absolute path.`);
  const given = {
    ...(EntryPoint?.length && { entryPoint: EntryPoint }),
    ...(Command?.length && { command: Command }),
    ...(WorkingDirectory && { workingDirectory: WorkingDirectory }),
  };
  return Object.keys(given).length > 0 ? { imageConfig: given } : {};
}

/** A standard queue or topic; an empty ARN takes it away. */
function deadLetter(arn: string | undefined): Pick<FunctionSettings, 'deadLetter'> {
  if (!arn) return {};
  const kind = targetOf(arn)?.kind;
  if ((kind !== 'queue' && kind !== 'topic') || arn.endsWith('.fifo'))
    throw invalidParameter(`The provided target ARN ${arn} is not a standard queue or topic.`);
  return { deadLetter: arn };
}

function atMost(value: number, most: number, path: string): number {
  if (value > most) throw constraintViolated(value, path, `Member must have value less than or equal to ${most}`);
  return value;
}

function architecture(wanted: string, host: Architecture): Architecture {
  if (wanted !== host) throw settingNotImplemented(`Architectures [${wanted}] on this machine, which is ${host}`);
  return host;
}

function changedLogging(from: LoggingSettings, input: LoggingConfig): LoggingSettings {
  const format = input.LogFormat ?? from.format;
  const group = input.LogGroup ?? from.group;
  if (format === 'JSON')
    return {
      format,
      group,
      applicationLevel: input.ApplicationLogLevel ?? from.applicationLevel ?? 'INFO',
      systemLevel: input.SystemLogLevel ?? from.systemLevel ?? 'INFO',
    };
  if (input.ApplicationLogLevel !== undefined || input.SystemLogLevel !== undefined)
    throw invalidParameter(
      'LogLevel is not supported when LogFormat is set to "Text". Remove LogLevel from your request or change the LogFormat to "JSON" and try again.',
    );
  return { format, group };
}

/**
 * Refuses by name what dalamb would not enforce; the values that mean "not configured" pass, for tools write them back (DESIGN §6).
 * Throws NotImplemented 501.
 */
export function refuseUnenforced(input: SettingsInput): void {
  for (const [setting, isSet] of Object.entries(unenforced)) if (isSet(input)) throw settingNotImplemented(setting);
}

const filled = (value: unknown) =>
  typeof value === 'object' && value !== null && Object.values(value).some((member) => member !== undefined);

const unenforced: Readonly<Record<string, (input: SettingsInput) => boolean>> = {
  PublishTo: (input) => input.PublishTo !== undefined,
  VpcConfig: ({ VpcConfig: vpc }) =>
    (vpc?.SubnetIds?.length ?? 0) > 0 || (vpc?.SecurityGroupIds?.length ?? 0) > 0 || vpc?.Ipv6AllowedForDualStack === true,
  FileSystemConfigs: (input) => (input.FileSystemConfigs?.length ?? 0) > 0,
  KMSKeyArn: (input) => !!input.KMSKeyArn,
  'TracingConfig Mode Active': (input) => input.TracingConfig?.Mode === 'Active',
  'SnapStart ApplyOn PublishedVersions': (input) => input.SnapStart?.ApplyOn === 'PublishedVersions',
  CodeSigningConfigArn: (input) => !!input.CodeSigningConfigArn,
  TenancyConfig: (input) => filled(input.TenancyConfig),
  CapacityProviderConfig: (input) => filled(input.CapacityProviderConfig),
  DurableConfig: (input) => filled(input.DurableConfig),
};
