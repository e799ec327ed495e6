import path from 'node:path';
import type { Command } from 'commander';
import { type Failure, fail, isFailure } from '../kernel/index.ts';
import type { DevFailed, DevSwapped, Environment } from '../model/index.ts';
import { createDebuggerPorts, type DebuggerPorts, firstPort } from './debugger-ports.ts';
import { followLines, lineWriter } from './log-lines.ts';
import { createScanner } from './scan-folder.ts';
import { createSender, type FolderSender, type Sent } from './send-folder.ts';
import type { Stage } from './stage.ts';
import { printable } from './table.ts';
import { watchFolders } from './watch-folder.ts';

interface DevOptions {
  readonly role?: string;
  readonly remove?: boolean;
  readonly inspect?: string | boolean;
}

export function addDev(program: Command, stage: Stage): void {
  program
    .command('dev')
    .description('run the application of a folder, swap its code on every save, and follow its logs; ends with Ctrl-C')
    .argument('[folder]', 'default this one', '.')
    .option('--role <arn>', 'execution role of its functions; default one of its own')
    .option('--remove', 'take the functions away at the end')
    .option('--inspect [=port]', 'a debugger port of this machine for each process, from 9229 or this one on; 0: free ones')
    .action((folder: string, options: DevOptions) => dev(stage, ...folderOf(folder, options)));
}

const LOGS_MS = 250;
const AGAIN_MS = 1000;
/** So long after a save all of the folder is looked at: systems lose what they have to tell when it is too much at a time. */
const LOOK_MS = 2000;

/** `--inspect ../shop` names a folder: a port is a number. */
function folderOf(folder: string, options: DevOptions): [string, DevOptions] {
  const { inspect } = options;
  if (typeof inspect !== 'string' || /^\d+$/.test(inspect) || folder !== '.') return [path.resolve(folder), options];
  return [path.resolve(inspect), { ...options, inspect: true }];
}

async function dev(stage: Stage, folder: string, { role, remove, inspect }: DevOptions): Promise<void> {
  const first = firstPort(inspect);
  const environment = stage.given().env ?? (await developmentEnvironment(stage));
  const here: Stage = { ...stage, api: () => stage.api(environment) };
  const app = await nameOf(stage, folder);
  say(stage, { event: 'start', app, environment, folder }, `${app} in environment ${environment}: building …\n`);
  const session = new Session(here, app, first === undefined ? undefined : debuggerPorts(here, app, first));
  await session.run(folder, role);
  if (remove) {
    const { removed } = await here.api().remove<{ removed: readonly string[] }>(`/apps/${encodeURIComponent(app)}/dev`);
    say(stage, { event: 'removed', functions: removed }, `removed ${removed.join(', ')}\n`);
  }
}

/** The environment `dev`, made where it is not there. */
async function developmentEnvironment(stage: Stage): Promise<string> {
  const { environments } = await stage.api().get<{ environments: readonly Environment[] }>('/environments');
  if (!environments.some(({ name }) => name === 'dev')) await stage.api().post('/environments', { name: 'dev' });
  return 'dev';
}

/** As everywhere; where nothing names the application, as the folder is called. */
async function nameOf(stage: Stage, folder: string): Promise<string> {
  try {
    return await stage.app();
  } catch (error) {
    if (!isFailure(error, 'WrongUsage')) throw error;
  }
  const name = path
    .basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 40);
  if (name !== '') return name;
  throw fail('WrongUsage', `${folder} makes no name of an application`, { fields: { next: 'say --app APP' } });
}

/** With --json one document a line, for there is no end to wait for. */
function say(stage: Stage, event: { readonly event: string } & Readonly<Record<string, unknown>>, text: string): void {
  stage.io.out(stage.json() ? `${JSON.stringify(event)}\n` : text);
}

function debuggerPorts(stage: Stage, app: string, first: number): DebuggerPorts {
  return createDebuggerPorts({
    ...{ stage, app, first },
    opened: (process, port) =>
      say(stage, { event: 'debugger', process, port }, `${printable(process)}: debugger at 127.0.0.1:${port}\n`),
    refused(process, why) {
      if (stage.json()) say(stage, { event: 'debugger', process, error: { message: why } }, '');
      else stage.io.error(`dalamb: ${printable(process)}: ${printable(why)}\n`);
    },
  });
}

/** One folder from the first build until Ctrl-C. One save at a time; what is saved meanwhile goes with the next. */
class Session {
  readonly #stage: Stage;
  readonly #app: string;
  #processes: DevSwapped['processes'] = [];
  #urls = '';
  #syncing: Promise<void> | undefined;
  #again = false;
  /** Where it was saved meanwhile. */
  #within: ReadonlySet<string> | undefined;
  #look: NodeJS.Timeout | undefined;
  readonly #debuggers: DebuggerPorts | undefined;

  constructor(stage: Stage, app: string, debuggers: DebuggerPorts | undefined) {
    this.#stage = stage;
    this.#app = app;
    this.#debuggers = debuggers;
  }

  async run(folder: string, role: string | undefined): Promise<void> {
    const { io } = this.#stage;
    const watching = watchFolders((within) => this.#saved(sender, within));
    const sender = createSender({
      api: this.#stage.api,
      app: this.#app,
      role,
      scanner: createScanner(folder),
      scanned: ({ folders }) => watching.follow(folders),
    });
    try {
      const since = io.now();
      const first = sender.send();
      this.#syncing = first.then(() => {}).catch(() => {});
      this.#tell(await first); // what no save can mend ends it
      this.#syncing = undefined;
      this.#next(sender);
      if (watching.how() === 'poll')
        io.error('dalamb: this system tells of no changes here: the folder is looked at every 500 ms\n');
      await this.#followLogs(since);
      await this.#syncing;
    } finally {
      clearTimeout(this.#look);
      this.#debuggers?.close();
      watching.close();
    }
  }

  #saved(sender: FolderSender, within?: ReadonlySet<string>): void {
    if (this.#syncing) {
      this.#within = this.#again ? together(this.#within, within) : within;
      this.#again = true;
    } else this.#syncing = this.#sync(sender, within);
  }

  async #sync(sender: FolderSender, within: ReadonlySet<string> | undefined): Promise<void> {
    const began = performance.now();
    try {
      this.#tell(await sender.send(within), performance.now() - began);
    } catch (error) {
      this.#complain(error);
      if (isFailure(error, 'Unreachable')) setTimeout(() => this.#saved(sender), AGAIN_MS).unref();
    }
    clearTimeout(this.#look);
    if (within) this.#look = setTimeout(() => this.#saved(sender), LOOK_MS).unref();
    this.#syncing = undefined;
    this.#next(sender);
  }

  /** What was saved while the last save was on its way. */
  #next(sender: FolderSender): void {
    if (!this.#again || this.#stage.io.signal.aborted) return;
    this.#again = false;
    this.#saved(sender, this.#within);
  }

  #tell(sent: Sent | undefined, ms?: number): void {
    if (!sent) return;
    const { answer, changed } = sent;
    if ('failed' in answer) {
      this.#failed(answer);
      return;
    }
    const { processes, urls, lines, how, took } = answer;
    this.#processes = processes;
    const said = lines.map((line) => `${printable(line)}\n`).join('');
    const routes = urls.map((url) => `${printable(url)}\n`).join('');
    const names = processes.map((one) => one.function).join(', ');
    const what = changed.length > 3 ? `${changed.slice(0, 3).join(' ')} and ${changed.length - 3} more` : changed.join(' ');
    const text =
      ms === undefined
        ? `running ${names} (built in ${Math.round(took.build)} ms)\n`
        : `${printable(what)}: ${how === 'patched' ? 'swapped' : how} in ${Math.round(ms)} ms\n`;
    const news = routes === this.#urls ? '' : routes;
    this.#urls = routes;
    say(this.#stage, { event: 'swapped', ms, changed, ...answer }, said + text + news);
    if (how === 'built' || ms === undefined) void this.#debuggers?.follow(processes.map(({ name }) => name));
  }

  #failed({ failed, lines }: DevFailed): void {
    const said = lines.map((line) => `${printable(line)}\n`).join('');
    if (this.#stage.json()) say(this.#stage, { event: 'failed', lines, error: { message: failed } }, '');
    else this.#stage.io.error(`${said}dalamb: ${printable(failed)}; what ran before runs on\n`);
  }

  #complain(error: unknown): void {
    const { code = 'Defect', message, fields } = error as Failure;
    const next = typeof fields?.next === 'string' ? `  next: ${fields.next}\n` : '';
    if (this.#stage.json()) say(this.#stage, { event: 'failed', error: { code, message } }, '');
    else this.#stage.io.error(`dalamb: ${printable(message)} (${code}); what ran before runs on\n${next}`);
  }

  /** Until Ctrl-C. A server that is away for a while is no reason to end. */
  async #followLogs(since: number): Promise<void> {
    const { io } = this.#stage;
    const text = lineWriter(io.colour === true);
    let from = since;
    while (!io.signal.aborted) {
      try {
        await followLines(this.#stage, {
          since: from,
          sources: async () => this.#processes.map((one) => ({ group: `/aws/lambda/${one.function}`, process: one.name })),
          everyMs: LOGS_MS,
          show: (line) => say(this.#stage, { event: 'log', ...line }, text(line)),
          signal: io.signal,
        });
      } catch (error) {
        if (!isFailure(error, 'Unreachable')) throw error;
        from = io.now();
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
  }
}

/** Undefined: everywhere. */
function together(one: ReadonlySet<string> | undefined, other: ReadonlySet<string> | undefined) {
  return one && other ? new Set([...one, ...other]) : undefined;
}
