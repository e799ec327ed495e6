import { platformFailure } from '../../kernel/index.ts';
import { effectiveProcesses, functionName, type Operate, type Process, type Release } from '../../model/index.ts';
import { makeFunction, publish, refuseForeignFunctions } from './functions.ts';
import { makeResources } from './resources.ts';
import { type Settling, settingsOf, withoutValues } from './settling.ts';
import { refuseTaken } from './taken.ts';

export interface Preparing extends Settling {
  readonly line: (text: string) => void;
}

/**
 * What of a release may fail or be killed without harm: its resources are there, each function has a published version. Resolves to the versions
 * by process. Rejects with ReleaseFailed, or as an operation does.
 */
export async function prepare(preparing: Preparing): Promise<Readonly<Record<string, string>>> {
  const { ports, stage, release, resources, signal, line } = preparing;
  const operate = ports.operateAt(stage);
  await refuseTaken(preparing);
  const names = release.contents.processes.map(({ name }) => name);
  await refuseForeignFunctions(operate, stage.app, names);
  await makeResources(operate, resources);
  const settingsFor = settingsOf(preparing);
  const publishOne = async (process: Process) => {
    const settings = settingsFor(process);
    await makeFunction({ ...ports, operate }, settings, process.code, signal);
    const version = await publish({ ...ports, operate }, settings.FunctionName, signal);
    line(`${settings.FunctionName} version ${version}`);
    return [process.name, version] as const;
  };
  return Object.fromEntries(await Promise.all(effectiveProcesses(release.contents).map(publishOne)));
}

/** Each version that has a smoke event must answer it without an error: nobody else sees it yet. Rejects with ReleaseFailed. */
export async function smokeTest(preparing: Preparing, versions: Release['versions']): Promise<void> {
  const { ports, stage, release, line } = preparing;
  for (const [process, event] of Object.entries(release.contents.checks.smoke)) {
    const version = versions[process];
    if (version === undefined) throw platformFailure('ReleaseFailed', `the smoke event is for ${process}, which is no process`);
    const name = functionName(stage.app, process);
    const failure = await smoke(ports.operateAt(stage), { name, version, event });
    if (failure !== undefined)
      throw platformFailure('ReleaseFailed', withoutValues(preparing, `${name} failed its smoke event: ${failure}`));
    line(`${name} answered its smoke event`);
  }
}

/** Resolves to what it failed with. */
async function smoke(
  operate: Operate,
  { name, version, event }: { readonly name: string; readonly version: string; readonly event: unknown },
): Promise<string | undefined> {
  const Payload = Buffer.from(JSON.stringify(event));
  const answer = await operate<{ FunctionError?: string; Payload?: Uint8Array }>('lambda', 'Invoke', {
    FunctionName: name,
    Qualifier: version,
    Payload,
  });
  if (answer.FunctionError === undefined) return undefined;
  return Buffer.from(answer.Payload ?? [])
    .toString('utf8')
    .slice(0, 1000);
}
