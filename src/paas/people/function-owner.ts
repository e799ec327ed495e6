import type { Reader } from '../../kernel/index.ts';
import { functionName, type Place } from '../../model/index.ts';
import { devStages, releases, stages } from '../collections.ts';

const LOG_GROUP = '/aws/lambda/';

/** The function that a request is about: in its path, else by its log group. Names that say more than a name count as none. */
export function functionOf(params: Readonly<Record<string, string>>, query: URLSearchParams): string | undefined {
  const group = query.get('group');
  const name = params.name ?? (group?.startsWith(LOG_GROUP) ? group.slice(LOG_GROUP.length) : undefined);
  return name !== undefined && /^[\w-]{3,140}$/.test(name) ? name : undefined;
}

/**
 * Whether a function is a process of an application that passes, as it runs or is developed there. A name may be cut at each dash; only those
 * applications are looked up that pass.
 */
export async function isProcess(
  read: Reader,
  { account, region }: Place,
  { name, passes }: { readonly name: string; readonly passes: (app: string) => boolean },
): Promise<boolean> {
  for (let dash = name.indexOf('-'); dash > 0; dash = name.indexOf('-', dash + 1)) {
    const app = name.slice(0, dash);
    if (!passes(app)) continue;
    const stage = await read.get(stages, [app, account]);
    if (stage?.region !== region) continue;
    const release = stage.current === undefined ? undefined : await read.get(releases, [app, account, stage.current]);
    const developed = await read.get(devStages, [app, account]);
    const processes = [...(release?.contents.processes ?? []).map((one) => one.name), ...(developed?.processes ?? [])];
    if (processes.some((process) => functionName(app, process) === name)) return true;
  }
  return false;
}
