import { Command, CommanderError, Option } from 'commander';
import { fail, isFailure } from '../kernel/index.ts';
import { createApi } from './api.ts';
import { addAppConfig } from './app-config.ts';
import { appName, remoteUrl } from './app-name.ts';
import { addAppProcesses } from './app-processes.ts';
import { addApps } from './apps.ts';
import { addAudit } from './audit.ts';
import { addCheck } from './check.ts';
import { addCompletion } from './completion.ts';
import { addDev } from './dev.ts';
import { addEgress } from './egress.ts';
import { addEmit } from './emit.ts';
import { addEnv } from './env.ts';
import { addEvents } from './events.ts';
import { addFunctions } from './functions.ts';
import { addImages } from './images.ts';
import { addKeys } from './keys.ts';
import { addLogs } from './logs.ts';
import { addMappings } from './mappings.ts';
import { addMembers } from './members.ts';
import { addOn } from './on.ts';
import { addPlan } from './plan.ts';
import { addRegistries } from './registries.ts';
import { addReleases } from './releases.ts';
import { addReplay } from './replay.ts';
import { addRepository } from './repository.ts';
import { addReviews } from './reviews.ts';
import { addRunProcess } from './run-process.ts';
import { addSshKeys } from './ssh-keys.ts';
import type { CliIo, Stage } from './stage.ts';
import { addRuntimes, addStatus } from './status.ts';
import { addTokens } from './tokens.ts';
import { addTrace } from './trace.ts';
import { controlSocket, openTunnel } from './tunnel.ts';

export interface CliDeps {
  readonly io: CliIo;
  readonly version: string;
  /** From DALAMB_URL, DALAMB_ENV and DALAMB_TOKEN. */
  readonly defaults: { readonly url: string; readonly environment?: string; readonly token?: string };
  /** Verifies a data directory while no server has it open; resolves to what is wrong with it. */
  readonly checkStore?: (directory: string) => Promise<readonly string[]>;
}

/** Runs one command line (without node and script). Resolves to the exit code: 0 done, 1 refused or failed, 2 wrong usage. */
export async function run(argv: readonly string[], deps: CliDeps): Promise<number> {
  const { io } = deps;
  let failed = false;
  const program = createProgram(deps, () => {
    failed = true;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return failed ? 1 : 0;
  } catch (error) {
    const json = argv.includes('--json');
    if (!(error instanceof CommanderError)) return complain(io, error, json);
    if (error.exitCode === 0) return 0;
    if (json) complain(io, fail('WrongUsage', error.message.replace(/^error: /, '')), json); // commander has told people already
    return 2;
  }
}

export function createProgram(deps: CliDeps, fails: () => void): Command {
  const { io, defaults } = deps;
  const program = new Command('dalamb')
    .description('A Lambda of your own.')
    .version(deps.version)
    .addOption(new Option('--url <url>', 'the platform').default(defaults.url))
    .addOption(new Option('--env <environment>', 'environment: its name, or a 12-digit account').default(defaults.environment))
    .option('--app <app>', 'application; default that of the git remote named dalamb')
    .option('--region <region>', 'region')
    .option('--data <directory>', 'the platform of this data directory, by its local socket, without a token')
    .option('--json', 'answer with one JSON document')
    .exitOverride()
    .showHelpAfterError('(see: dalamb --help)')
    .configureOutput({ writeOut: io.out, writeErr: io.error });
  const options = () =>
    program.opts<{ url: string; env?: string; app?: string; region?: string; data?: string; json?: boolean }>();
  const stage: Stage = {
    io,
    json: () => options().json === true,
    api: (environment = options().env) => {
      const { url, region, data } = options();
      const local = data === undefined ? undefined : io.fetchLocal?.(data);
      return createApi({
        ...{ url, environment, region },
        token: local ? undefined : defaults.token,
        fetch: local ?? io.fetch,
        openTunnel: (to, headers) => openTunnel(to, headers, data === undefined ? undefined : controlSocket(data)),
      });
    },
    given: () => ({ env: options().env, app: options().app }),
    app: () => appName(options().app, io.remoteUrl ?? remoteUrl),
    answer: (value, text) => io.out(options().json ? `${JSON.stringify(value, null, 2)}\n` : text(value)),
  };
  addStatus(program, stage);
  addApps(program, stage);
  addAppConfig(program, stage);
  addAppProcesses(program, stage);
  addReleases(program, stage);
  addPlan(program, stage);
  addRepository(program, stage);
  addReviews(program, stage);
  addFunctions(program, stage, fails);
  addLogs(program, stage);
  addRunProcess(program, stage, fails);
  addDev(program, stage);
  addEvents(program, stage);
  addEmit(program, stage);
  addOn(program, stage);
  addMappings(program, stage);
  addTrace(program, stage);
  addReplay(program, stage, fails);
  addRuntimes(program, stage);
  addEgress(program, stage);
  addImages(program, stage);
  addRegistries(program, stage);
  addKeys(program, stage);
  addEnv(program, stage);
  addMembers(program, stage);
  addTokens(program, stage);
  addSshKeys(program, stage);
  addAudit(program, stage);
  addCheck(program, stage, { checkStore: deps.checkStore, fails });
  addCompletion(program, stage);
  for (const command of program.commands) inherit(command);
  return program;
}

/** --json and the others may stand after the command, too. */
function inherit(command: Command): void {
  command.exitOverride().showHelpAfterError('(see: dalamb --help)');
  for (const child of command.commands) inherit(child);
}

function complain(io: CliIo, error: unknown, json: boolean): number {
  const { code, message, next } = wordsOf(error);
  if (json) io.out(`${JSON.stringify({ error: { code, message, next } }, null, 2)}\n`);
  else io.error(`dalamb: ${message} (${code})\n${next === undefined ? '' : `  next: ${next}\n`}`);
  return code === 'WrongUsage' ? 2 : 1;
}

/** What to do about refusals of AWS's, which name no next step themselves. */
const NEXT: Readonly<Record<string, string>> = {
  ResourceNotFoundException: 'see what is there with: dalamb functions (another environment: --env, another region: --region)',
  TooManyRequestsException: 'see the load with: dalamb status',
  TokenRequired: 'give a token in DALAMB_TOKEN',
  NoSuchEntity: 'see what is there with: dalamb keys list',
};

function wordsOf(error: unknown): { code: string; message: string; next?: string } {
  if (isFailure(error)) {
    const next = (error.fields.next as string | undefined) ?? NEXT[error.code];
    return { code: error.code, message: error.message, next };
  }
  return {
    code: 'Defect',
    message: error instanceof Error ? error.message : String(error),
    next: 'this is a defect of dalamb: please report it',
  };
}
