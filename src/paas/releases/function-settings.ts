import { isDeepStrictEqual } from 'node:util';
import { type ApplicationStage, commandWords, type DeclaredResource, functionName, type Process } from '../../model/index.ts';
import type { Config } from './config.ts';

/** What a process is as a function, in the words of CreateFunction and UpdateFunctionConfiguration. */
export interface FunctionSettings {
  readonly FunctionName: string;
  /** Says whose it is: one that says otherwise is never changed. */
  readonly Description: string;
  readonly Role: string;
  readonly Handler?: string;
  readonly Runtime?: string;
  readonly ImageConfig?: { readonly Command?: readonly string[] };
  readonly MemorySize: number;
  readonly Timeout: number;
  readonly EphemeralStorage: { readonly Size: number };
  readonly Environment: { readonly Variables: Readonly<Record<string, string>> };
}

/** The configuration wins over the process's own variables, these over those of the resources. */
export function functionSettings(
  stage: Pick<ApplicationStage, 'app' | 'role'>,
  process: Process,
  variables: { readonly config: Config; readonly resources: Config },
): FunctionSettings {
  return {
    FunctionName: functionName(stage.app, process.name),
    Description: ownerText(stage.app, process.name),
    Role: stage.role,
    ...programOf(process),
    MemorySize: process.memoryMiB,
    Timeout: process.timeoutSeconds,
    EphemeralStorage: { Size: process.ephemeralMiB },
    Environment: { Variables: { ...variables.resources, ...process.environment, ...variables.config } },
  };
}

/** The words of an image's process replace its CMD, its ENTRYPOINT stays; without words both are the image's own. */
function programOf({ code, handler, runtime }: Process): Pick<FunctionSettings, 'Handler' | 'Runtime' | 'ImageConfig'> {
  if (code.kind !== 'image') return runtime === undefined ? {} : { Handler: handler, Runtime: runtime };
  const Command = commandWords(handler) ?? [];
  return { ImageConfig: Command.length > 0 ? { Command } : {} };
}

/** The description of a function that is a process. */
export function ownerText(app: string, process: string): string {
  return `Process ${process} of application ${app}`;
}

/** `BUCKET_PHOTOS`, `TABLE_ORDER_ITEMS`: where functions find a declared resource. */
export function resourceVariable({ kind, name }: Pick<DeclaredResource, 'kind' | 'name'>): string {
  return `${kind}_${name}`.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
}

/** Whether a function's configuration, as GetFunctionConfiguration tells it, is that already. */
export function isConfigured(found: Record<string, unknown>, wanted: FunctionSettings): boolean {
  const variables = (found.Environment as { Variables?: Record<string, string> } | undefined)?.Variables ?? {};
  const size = (found.EphemeralStorage as { Size?: number } | undefined)?.Size;
  return (
    found.Role === wanted.Role &&
    found.Handler === wanted.Handler &&
    found.Runtime === wanted.Runtime &&
    isDeepStrictEqual(commandOf(found), wanted.ImageConfig?.Command ?? []) &&
    found.MemorySize === wanted.MemorySize &&
    found.Timeout === wanted.Timeout &&
    size === wanted.EphemeralStorage.Size &&
    sameVariables(variables, wanted.Environment.Variables)
  );
}

function commandOf(found: Record<string, unknown>): readonly string[] {
  const { ImageConfig } = (found.ImageConfigResponse ?? {}) as { ImageConfig?: { Command?: readonly string[] } };
  return ImageConfig?.Command ?? [];
}

function sameVariables(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}
