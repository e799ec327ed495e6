import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, isFailure, platformFailure } from '../../kernel/index.ts';
import { functionName, type Operate, type ProcessCode, STORED_ZIP } from '../../model/index.ts';
import { type FunctionSettings, isConfigured, ownerText } from './function-settings.ts';

/** How long a function may take to become active: images are fetched meanwhile. */
const READY_WITHIN_MS = 600_000;
const FIRST_LOOK_MS = 2;
const LAST_LOOK_MS = 100;

export interface FunctionPorts {
  readonly clock: Clock;
  readonly operate: Operate;
}

type Configuration = Record<string, unknown> & { readonly State?: string; readonly LastUpdateStatus?: string };

/**
 * Makes $LATEST of a function be as wanted, creating it where it is not there; what is so already is left alone. Resolves when it is active. Rejects
 * with ReleaseFailed when one of that name is there that is none of this process's.
 */
export async function makeFunction(
  ports: FunctionPorts,
  wanted: FunctionSettings,
  code: ProcessCode,
  signal: AbortSignal,
): Promise<void> {
  const { operate } = ports;
  const { FunctionName } = wanted;
  const found = await functionOf(operate, FunctionName);
  const PackageType = code.kind === 'image' ? 'Image' : 'Zip';
  if (found === undefined) {
    await operate('lambda', 'CreateFunction', { ...wanted, PackageType, Code: codeInput(code) });
    return ready(ports, FunctionName, signal);
  }
  refuseForeign(found, wanted);
  if (found.PackageType !== PackageType)
    throw platformFailure(
      'ReleaseFailed',
      `the function ${FunctionName} is ${found.PackageType === 'Image' ? 'an image' : 'code'}, which no function changes, as on AWS: name the process differently`,
    );
  if (!hasCode(found, code)) {
    await operate('lambda', 'UpdateFunctionCode', { FunctionName, ...codeInput(code) });
    await ready(ports, FunctionName, signal);
  }
  if (isConfigured(found, wanted)) return;
  await operate('lambda', 'UpdateFunctionConfiguration', wanted);
  await ready(ports, FunctionName, signal);
}

/** Names of two applications can meet, and people make functions by hand: what is not ours is neither overwritten nor given our role. */
function refuseForeign({ Description }: Configuration, wanted: Pick<FunctionSettings, 'FunctionName' | 'Description'>): void {
  if (Description === wanted.Description) return;
  const whose = /^Process \S+ of application \S+$/.test(String(Description)) ? String(Description) : 'none of this application';
  throw platformFailure(
    'ReleaseFailed',
    `the function ${wanted.FunctionName} is there already, and is ${whose}: name the process differently, or delete that function`,
  );
}

/** The same before anything is changed or noted. */
export async function refuseForeignFunctions(operate: Operate, app: string, processes: readonly string[]): Promise<void> {
  const looks = processes.map(async (process) => {
    const wanted = { FunctionName: functionName(app, process), Description: ownerText(app, process) };
    const found = await functionOf(operate, wanted.FunctionName);
    if (found) refuseForeign(found, wanted);
  });
  await Promise.all(looks);
}

/** Whether the function of a process is there, and is its own. */
export async function isOurs(operate: Operate, app: string, process: string): Promise<boolean> {
  return (await functionOf(operate, functionName(app, process)))?.Description === ownerText(app, process);
}

/** Deletes the function of a process; one that is gone, or another's, is fine. */
export async function removeFunction(operate: Operate, app: string, process: string): Promise<void> {
  if (!(await isOurs(operate, app, process))) return;
  try {
    await operate('lambda', 'DeleteFunction', { FunctionName: functionName(app, process) });
  } catch (error) {
    if (!isFailure(error, 'ResourceNotFoundException')) throw error;
  }
}

/** Publishes $LATEST; the same version again when nothing changed. Resolves to its number, when it is active. */
export async function publish({ clock, operate }: FunctionPorts, FunctionName: string, signal: AbortSignal): Promise<string> {
  const { Version } = await operate<{ Version: string }>('lambda', 'PublishVersion', { FunctionName });
  await ready({ clock, operate }, FunctionName, signal, Version);
  return Version;
}

/** Undefined when there is no such function. */
export async function functionOf(operate: Operate, FunctionName: string, Qualifier?: string): Promise<Configuration | undefined> {
  try {
    return await operate<Configuration>('lambda', 'GetFunctionConfiguration', {
      FunctionName,
      ...(Qualifier === undefined ? {} : { Qualifier }),
    });
  } catch (error) {
    if (isFailure(error, 'ResourceNotFoundException')) return undefined;
    throw error;
  }
}

function hasCode(found: Configuration, code: ProcessCode): boolean {
  if (code.kind === 'image') return found.PackageType === 'Image' && code.uri.endsWith(`sha256:${String(found.CodeSha256)}`);
  return found.PackageType === 'Zip' && found.CodeSha256 === Buffer.from(code.hash, 'hex').toString('base64');
}

function codeInput(code: ProcessCode): object {
  if (code.kind === 'image') return { ImageUri: code.uri };
  return { [STORED_ZIP]: { hash: code.hash, bytes: code.bytes } };
}

/** Looks until a function is active and its last update is done. Rejects with ReleaseFailed and its reason. */
export async function ready(
  { clock, operate }: Pick<FunctionPorts, 'clock' | 'operate'>,
  FunctionName: string,
  signal: AbortSignal,
  Qualifier?: string,
): Promise<void> {
  const until = clock.monotonic() + READY_WITHIN_MS;
  for (let wait = FIRST_LOOK_MS; ; wait = Math.min(wait * 2, LAST_LOOK_MS)) {
    const found = await functionOf(operate, FunctionName, Qualifier);
    const reason = found?.StateReason ?? found?.LastUpdateStatusReason ?? '';
    if (found?.State === 'Active' && found.LastUpdateStatus !== 'InProgress' && found.LastUpdateStatus !== 'Failed') return;
    if (found === undefined || found.State === 'Failed' || found.LastUpdateStatus === 'Failed')
      throw platformFailure('ReleaseFailed', `${FunctionName} could not be made ready: ${reason}`);
    if (clock.monotonic() > until) throw platformFailure('ReleaseFailed', `${FunctionName} was not ready in time`);
    await sleep(wait, undefined, { signal });
  }
}
