import type { Command } from 'commander';
import { fail, isFailure } from '../kernel/index.ts';
import { followLines, type LogQuestion, type LogSource, linesOf, lineWriter, sinceOf } from './log-lines.ts';
import type { ReleaseShown } from './releases.ts';
import type { Stage } from './stage.ts';

interface LogOptions {
  readonly group?: string;
  readonly process?: string;
  readonly follow?: boolean;
  readonly since: string;
  readonly filter?: string;
}

export function addLogs(program: Command, stage: Stage): void {
  program
    .command('logs')
    .description('log lines of a function; without one, of all processes of the application')
    .argument('[function]', 'its name')
    .option('--group <name>', 'a log group instead of a function')
    .option('--process <name>', 'only this process of the application')
    .option('-f, --follow', 'go on with what comes')
    .option('--since <time>', 'how far back: 30s, 10m, 2h, 1d, or an ISO date', '10m')
    .option('--filter <pattern>', 'only lines that match a CloudWatch filter pattern')
    .action((name: string | undefined, options: LogOptions) => logs(stage, name, options));
}

const FOLLOW_MS = 500;
/** So many looks later a follower asks which processes there are. */
const ASK_AGAIN = 20;

async function logs(stage: Stage, name: string | undefined, options: LogOptions): Promise<void> {
  const group = options.group ?? (name === undefined ? undefined : `/aws/lambda/${name}`);
  if (group !== undefined && options.process !== undefined)
    throw fail('WrongUsage', '--process is of an application: leave out the function');
  const question = { since: sinceOf(options.since, stage.io.now()), filter: options.filter };
  const app = group === undefined ? await applicationOf(stage) : undefined;
  const sources = app === undefined ? async () => [{ group: group! }] : () => processLogs(stage, app, options.process);
  if (options.follow) return follow(stage, question, sources);
  const lines = await linesOf(stage, await sources(), question, app !== undefined);
  const text = lineWriter(stage.io.colour === true);
  stage.answer({ lines }, () => lines.map(text).join(''));
}

async function applicationOf(stage: Stage): Promise<string> {
  try {
    return await stage.app();
  } catch (error) {
    if (!isFailure(error, 'WrongUsage')) throw error;
    const next = 'dalamb logs FUNCTION, or dalamb logs --app APP';
    throw fail('WrongUsage', 'say whose logs: a function, --group, or an application', { fields: { next } });
  }
}

/** With --json one document a line, for there is no end to wait for. */
async function follow(stage: Stage, question: LogQuestion, sources: () => Promise<readonly LogSource[]>): Promise<void> {
  const { io } = stage;
  const text = lineWriter(io.colour === true);
  let known = await sources();
  let looks = 0;
  await followLines(stage, {
    ...question,
    sources: async () => {
      if (++looks % ASK_AGAIN === 0) known = await sources();
      return known;
    },
    everyMs: FOLLOW_MS,
    show: (line) => io.out(stage.json() ? `${JSON.stringify(line)}\n` : text(line)),
    signal: io.signal,
  });
}

interface AppShown {
  readonly release?: ReleaseShown;
  readonly developed?: readonly { readonly name: string; readonly function: string }[];
}

/** Log groups of an application's processes as they are now; of one, when it is named. Rejects with NoSuchThing. */
async function processLogs(stage: Stage, app: string, only: string | undefined): Promise<readonly LogSource[]> {
  const { release, developed = [] } = await stage.api().get<AppShown>(`/apps/${encodeURIComponent(app)}`);
  const all = [...(release?.processes ?? []), ...developed];
  const wanted = only === undefined ? all : all.filter((one) => one.name === only || one.function === only);
  if (only !== undefined && wanted.length === 0)
    throw fail('NoSuchThing', `no process ${only} in ${app}`, { fields: { next: 'see them with: dalamb ps' } });
  return wanted.map(({ name, function: of }) => ({ group: `/aws/lambda/${of}`, process: name }));
}
