import { platformFailure } from '../../kernel/index.ts';
import { effectiveProcesses, functionName, type Operate, type Process } from '../../model/index.ts';
import { makeFunction, publish, refuseForeignFunctions } from './functions.ts';
import { makeResources } from './resources.ts';
import { type Settling, settingsOf } from './settling.ts';
import { refuseTaken } from './taken.ts';

export interface Preparing extends Settling {
  readonly line: (text: string) => void;
}

/**
 * Everything of a release that may fail or be killed without harm: its resources are there, each function has a published version that answers its
 * smoke event. Resolves to the versions by process. Rejects with ReleaseFailed, or as an operation does.
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
  const versions = Object.fromEntries(await Promise.all(effectiveProcesses(release.contents).map(publishOne)));
  for (const [process, event] of Object.entries(release.contents.checks.smoke)) {
    const version = versions[process];
    if (version === undefined) throw platformFailure('ReleaseFailed', `the smoke event is for ${process}, which is no process`);
    await smoke(operate, { name: functionName(stage.app, process), version, event });
    line(`${functionName(stage.app, process)} answered its smoke event`);
  }
  return versions;
}

/** Invokes a version that nobody else sees yet; it must answer without an error. */
async function smoke(
  operate: Operate,
  { name, version, event }: { readonly name: string; readonly version: string; readonly event: unknown },
): Promise<void> {
  const Payload = Buffer.from(JSON.stringify(event));
  const answer = await operate<{ FunctionError?: string; Payload?: Uint8Array }>('lambda', 'Invoke', {
    FunctionName: name,
    Qualifier: version,
    Payload,
  });
  if (answer.FunctionError === undefined) return;
  const said = Buffer.from(answer.Payload ?? [])
    .toString('utf8')
    .slice(0, 1000);
  throw platformFailure('ReleaseFailed', `${name} failed its smoke event: ${said}`);
}
