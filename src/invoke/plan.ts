import fs from 'node:fs/promises';
import path from 'node:path';
import { isFailure, platformFailure, withDeadline } from '../kernel/index.ts';
import { asksForAdapter, type FunctionSpec, type ImageProcess, imageProcess } from '../model/index.ts';
import type { RuntimeCatalogue, RuntimeEntry } from './catalogue.ts';
import type { InvokeOptions } from './settings.ts';

/** What one function is run with. */
export interface Plan {
  readonly runtime: RuntimeEntry;
  readonly image?: {
    /** Of which its root is made. */
    readonly trees: readonly string[];
    readonly process: ImageProcess;
  };
  /** Name of an external extension, if there is one: they are refused, not left out in silence. */
  readonly extension?: string;
}

/** Layers that are not here any more are fetched again, up to 10 GB. */
const FETCH_MS = 10 * 60_000;
/** AWS's web adapter, whose part the platform plays itself. */
const WEB_ADAPTER = 'lambda-adapter';

const imageEntry: RuntimeEntry = { name: 'image', version: 'image', speaks: 'http', mounts: [], sizedHeap: false };

/** The runtime of a function as this machine has it; undefined: it has not. */
export function entryOf({ image, runtime }: FunctionSpec, { entries }: RuntimeCatalogue): RuntimeEntry | undefined {
  if (!image) return entries.get(runtime);
  return { ...imageEntry, version: `image:${/[0-9a-f]{12}/.exec(image.uri.split('@').at(-1) ?? '')?.[0] ?? 'unknown'}` };
}

/** Rejects with SandboxUnavailable for images that cannot be had, and where this machine has no way to run it. */
export async function planOf(spec: FunctionSpec, runtime: RuntimeEntry, options: InvokeOptions): Promise<Plan> {
  const plan = spec.image ? await planOfImage(spec, runtime, options) : planOfCode(spec, runtime);
  if (plan.runtime.speaks === 'server' && !options.driver.features.connect)
    throw platformFailure('SandboxUnavailable', 'HTTP servers as functions (DALAMB_ADAPTER) need isolated sandboxes');
  return plan;
}

export function planOfCode(spec: FunctionSpec, runtime: RuntimeEntry): Plan {
  return { runtime: asksForAdapter(spec.variables) ? { ...runtime, speaks: 'server' } : runtime };
}

async function planOfImage(
  spec: FunctionSpec,
  runtime: RuntimeEntry,
  { clock, trees, prepareImage }: InvokeOptions,
): Promise<Plan> {
  const { account, region } = spec;
  const { uri } = spec.image!;
  const fetched = withDeadline(clock, FETCH_MS, `fetching ${uri}`, prepareImage({ account, region }, uri));
  const image = await fetched.catch((error) => {
    if (isFailure(error)) throw platformFailure('SandboxUnavailable', `the image ${uri}: ${error.message}`, { cause: error });
    throw error;
  });
  const process = imageProcess(image.config, spec.image!);
  const names = await namesBelow(image.trees.map((hash) => trees.path(hash)));
  const variables = { ...process.environment, ...spec.variables };
  const adapted = asksForAdapter(variables) || (names.includes(WEB_ADAPTER) && variables.DALAMB_ADAPTER !== 'off');
  const extension = names.find((name) => !adapted || name !== WEB_ADAPTER);
  return {
    runtime: { ...runtime, speaks: adapted ? 'server' : 'http' },
    image: { trees: image.trees, process },
    ...(extension !== undefined && { extension }),
  };
}

/** Files of /opt/extensions in these trees; links are not followed, for they would lead out of the tree. */
async function namesBelow(roots: readonly string[]): Promise<string[]> {
  const found = roots.map(async (root) => {
    for (const at of ['opt', 'opt/extensions']) {
      const stat = await fs.lstat(path.join(root, at)).catch(() => undefined);
      if (!stat?.isDirectory()) return [];
    }
    const entries = await fs.readdir(path.join(root, 'opt/extensions'), { withFileTypes: true }).catch(() => []);
    return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  });
  return (await Promise.all(found)).flat();
}
