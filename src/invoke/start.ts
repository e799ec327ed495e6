import fs from 'node:fs/promises';
import path from 'node:path';
import type { FunctionSpec } from '../model/index.ts';
import type { Exit, Sandbox } from '../sandbox/index.ts';
import type { Plan } from './plan.ts';
import { wrapped } from './workload.ts';

/** How a function's own process is started, or why it is not. */
export type Start =
  | { readonly kind: 'start'; readonly argv: readonly string[]; readonly cwd: string }
  | { readonly kind: 'refused'; readonly errorType: string; readonly text: string };

export interface StartOptions {
  readonly spec: FunctionSpec;
  readonly plan: Plan;
  readonly sandbox: Sandbox;
  /** Where a tree lies. */
  readonly treePath: (hash: string) => string;
}

const NO_BOOTSTRAP = "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]";
const NO_COMMAND = 'the image has neither ENTRYPOINT nor CMD, and the function no ImageConfig that names a program';

/** argv is empty for a bootstrap of ours that runs already. */
export async function startOf(options: StartOptions, generic: boolean): Promise<Start> {
  const { spec, plan } = options;
  const extension = plan.extension ?? (await extensionOf(options));
  if (extension !== undefined) return refused('Extension.LaunchError', `${EXTENSIONS_NOT_IMPLEMENTED}: ${extension}`);
  if (plan.image) {
    const { argv, workingDirectory } = plan.image.process;
    return argv.length === 0 ? refused(ENTRY, NO_COMMAND) : { kind: 'start', argv, cwd: workingDirectory };
  }
  const cwd = '/var/task';
  if (generic) return { kind: 'start', argv: [], cwd };
  if (plan.runtime.argv && plan.runtime.speaks !== 'server') {
    const { handler, memoryMiB, variables } = spec;
    const argv = plan.runtime.argv(options.sandbox, memoryMiB, { handler, variables });
    return { kind: 'start', argv: wrapped(argv, variables.AWS_LAMBDA_EXEC_WRAPPER), cwd };
  }
  const file = plan.runtime.argv ? spec.handler : 'bootstrap';
  const argv = await programOf(options, file);
  if (argv) return { kind: 'start', argv, cwd };
  return refused(
    ENTRY,
    file === 'bootstrap'
      ? NO_BOOTSTRAP
      : `Couldn't find an executable file ${file} in /var/task: the handler names the server's start`,
  );
}

const ENTRY = 'Runtime.InvalidEntrypoint';
const EXTENSIONS_NOT_IMPLEMENTED = 'NotImplemented: external extensions are not started by this platform';

const refused = (errorType: string, text: string): Start => ({ kind: 'refused', errorType, text });

/** Name of an external extension in the layers, if there is one. */
async function extensionOf({ spec, treePath }: StartOptions): Promise<string | undefined> {
  for (const hash of spec.layers) {
    const folder = path.join(treePath(hash), 'extensions');
    const found = (await fs.readdir(folder, { withFileTypes: true }).catch(() => [])).find((entry) => !entry.isDirectory());
    if (found) return found.name;
  }
  return undefined;
}

/** An executable file of the code, or of the topmost layer that has it. */
async function programOf({ spec, sandbox, treePath }: StartOptions, name: string): Promise<string[] | undefined> {
  const places = [
    { hash: spec.code, target: '/var/task' },
    ...[...spec.layers].reverse().map((hash) => ({ hash, target: '/opt' })),
  ];
  for (const { hash, target } of places) {
    const file = path.join(treePath(hash), path.posix.join('/', name));
    const stat = await fs.stat(file).catch(() => undefined);
    if (stat?.isFile() && stat.mode & 0o111) return [`${sandbox.path(target)}${path.posix.join('/', name)}`];
  }
  return undefined;
}

/** What the shell that starts an image's program says by these codes; undefined for others, and of code. */
export function startFailure({ image }: Plan, { code }: Exit): Start | undefined {
  if (!image || (code !== 126 && code !== 127)) return undefined;
  const { argv, workingDirectory } = image.process;
  const why =
    code === 127
      ? `${argv[0]} is not in the image`
      : `${argv[0]} cannot be run in ${workingDirectory}: all users must be able to read and execute it, and the directory must be there`;
  return refused(ENTRY, `Runtime exited with error: exit status ${code}: ${why}`);
}
