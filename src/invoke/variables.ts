import type { Credentials, FunctionSpec } from '../model/index.ts';
import type { Sandbox } from '../sandbox/index.ts';
import type { Plan } from './plan.ts';

export interface VariableSources {
  readonly spec: FunctionSpec;
  readonly plan: Plan;
  readonly sandbox: Sandbox;
  readonly credentials: Credentials;
  readonly logStream: string;
}

const PATHS = '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin';

/** What a process may be given before its function is known; the function's own come later. */
export function bootVariables(sandbox: Sandbox): Record<string, string> {
  return {
    PATH: PATHS.replace('/var/lang', sandbox.path('/var/lang')),
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    DALAMB_CHANNEL: sandbox.addresses.channel,
    ...(sandbox.tickets ? { DALAMB_TICKETS: sandbox.tickets.path } : {}),
    TMPDIR: sandbox.path('/tmp'),
  };
}

/** The whole environment of a function (spec/runtime-api.md §4), later ones winning: defaults, the image's, the platform's, the customer's, reserved ones. */
export function functionVariables({ spec, plan, sandbox, credentials, logStream }: VariableSources): Record<string, string> {
  const root = sandbox.path('/var/task');
  const library = '/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib';
  return {
    PATH: `${sandbox.path('/var/lang')}/bin:/usr/local/bin:/usr/bin/:/bin:${sandbox.path('/opt')}/bin`,
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    ...(plan.image ? {} : { LD_LIBRARY_PATH: library.replaceAll('/var/task', root).replaceAll('/opt', sandbox.path('/opt')) }),
    ...portFor(spec, plan),
    ...plan.image?.process.environment,
    AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
    AWS_XRAY_DAEMON_ADDRESS: '169.254.100.1:2000',
    ...languagePaths(spec.runtime, sandbox),
    AWS_ENDPOINT_URL: `http://${sandbox.addresses.aws}`,
    ...logging(spec),
    ...spec.variables,
    _HANDLER: plan.image?.process.handler ?? spec.handler,
    _AWS_XRAY_DAEMON_ADDRESS: '169.254.100.1',
    _AWS_XRAY_DAEMON_PORT: '2000',
    AWS_REGION: spec.region,
    AWS_DEFAULT_REGION: spec.region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    AWS_LAMBDA_RUNTIME_API: sandbox.addresses.runtime,
    AWS_LAMBDA_FUNCTION_NAME: spec.name,
    AWS_LAMBDA_FUNCTION_VERSION: spec.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memoryMiB),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: spec.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    LAMBDA_TASK_ROOT: root,
    LAMBDA_RUNTIME_DIR: sandbox.path('/var/runtime'),
    ...(plan.runtime.argv && plan.runtime.speaks !== 'server' ? { AWS_EXECUTION_ENV: `AWS_Lambda_${spec.runtime}` } : {}),
  };
}

/** A server that asks where to listen is told the port at which it is spoken to. */
function portFor(spec: FunctionSpec, { runtime, image }: Plan): Record<string, string> {
  if (runtime.speaks !== 'server') return {};
  const { AWS_LWA_PORT: port } = { ...image?.process.environment, ...spec.variables };
  return { PORT: port ?? '8080' };
}

function logging(spec: FunctionSpec): Record<string, string> {
  if (spec.logFormat !== 'JSON') return {};
  return { AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: spec.applicationLogLevel ?? 'INFO' };
}

function languagePaths(runtime: string, sandbox: Sandbox): Record<string, string> {
  const ruby = /^ruby(\d\.\d+)$/.exec(runtime)?.[1];
  if (ruby !== undefined) return rubyPaths(ruby, sandbox);
  const major = /^nodejs(\d+)\.x$/.exec(runtime)?.[1];
  if (major === undefined) return {};
  const opt = `${sandbox.path('/opt')}/nodejs`;
  return { NODE_PATH: `${opt}/node${major}/node_modules:${opt}/node_modules:${sandbox.path('/var/task')}` };
}

/** Gems are kept by the version of Ruby that they were compiled for; what ends the list, nothing, is where that Ruby keeps its own. */
function rubyPaths(version: string, sandbox: Sandbox): Record<string, string> {
  const [task, opt] = [sandbox.path('/var/task'), sandbox.path('/opt')];
  return {
    GEM_PATH: `${task}/vendor/bundle/ruby/${version}.0:${opt}/ruby/gems/${version}.0:`,
    RUBYLIB: `${task}:${opt}/ruby/lib`,
  };
}
