import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { npmRegistry, reachable } from '../test/support/builder-room.ts';
import type { Ask } from '../test/support/calls-without-end.ts';
import { type Repository, repositoryAt, twoFunctions } from '../test/support/pushed-application.ts';
import { type Bench, benchDirectory, control } from './platform.ts';
import { send } from './signed.ts';

const run = promisify(execFile);

/** What the functions import, by the size of what comes with it: one package, and some seventy. */
export const DEPENDENCIES = { small: { ms: '2.1.3' }, usual: { express: '4.21.2' } } as const;
const PLAIN = ['--no-audit', '--no-fund', '--no-update-notifier'];

/** Lets builders reach the registry of this machine's npm. */
export async function buildConfig(): Promise<string> {
  const registry = npmRegistry();
  const rules = (await reachable(new URL(registry).hostname)).map(({ to, port }) => `{ to = "${to}", port = ${port} }`);
  return `[build]\nallow = [${rules.join(', ')}]\nenvironment = { npm_config_registry = "${registry}" }`;
}

export interface Pushable {
  readonly bench: Bench;
  readonly app: keyof typeof DEPENDENCIES;
  readonly repository: Repository;
  /** Calls by the alias that follows releases, and by the HTTP route. */
  readonly asks: readonly [invoke: Ask, route: Ask];
  /** Number of the code that was committed last. */
  number(): number;
  /** The same dependencies, other code. */
  commitNext(): Promise<number>;
}

/** An application of two functions, pushed once over HTTP, with a route to the second; `bare` is a repository beside it. */
export async function pushApplication(bench: Bench, app: keyof typeof DEPENDENCIES): Promise<Pushable> {
  const dependencies = DEPENDENCIES[app];
  await control(bench.platform, 'POST', '/apps', { name: app, role: bench.role });
  const folder = path.dirname(benchDirectory());
  const bare = path.join(folder, 'bare.git');
  await run('git', ['init', '-q', '--bare', '-b', 'main', bare]);
  const remotes = { dalamb: `${bench.platform.url}/_dalamb/git/${app}.git`, bare };
  const repository = await repositoryAt(path.join(folder, 'app'), remotes);
  const files = (number: number) => twoFunctions(number, `import '${Object.keys(dependencies)[0]}';\n`);
  await lockDependencies(repository.folder, { name: app, dependencies });
  let number = 1;
  await repository.commit('1', { '.gitignore': 'node_modules\n', ...files(number) });
  await repository.push('bare');
  await repository.push('dalamb');
  const { urls } = await control<{ urls: string[] }>(bench.platform, 'POST', `/apps/${app}/event-sources`, {
    process: 'two',
    source: `http:GET /${app}`,
  });
  const commitNext = async () => {
    await repository.commit(String(++number), files(number));
    return number;
  };
  return { bench, app, repository, asks: asksOf(bench, app, urls[0]!), number: () => number, commitNext };
}

async function lockDependencies(folder: string, of: { readonly name: string; readonly dependencies: object }): Promise<void> {
  const manifest = { ...of, version: '1.0.0', private: true };
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest));
  await run('npm', ['install', '--package-lock-only', ...PLAIN], { cwd: folder });
}

/** As a server of builds does it that has only a checkout and npm's cache. */
export async function npmCi(folder: string): Promise<void> {
  await run('npm', ['ci', '--omit=dev', '--prefer-offline', ...PLAIN], { cwd: folder });
}

function asksOf({ clients: { lambda }, platform }: Bench, app: string, url: string): [Ask, Ask] {
  const api = new URL(url).hostname.split('.')[0]!;
  const route = `${platform.url}/_dalamb/execute-api/${api}/$default/${app}?id=`;
  return [
    async (id) => {
      const Payload = Buffer.from(JSON.stringify({ id }));
      const answer = await lambda.invoke({ FunctionName: `${app}-one`, Qualifier: 'live', Payload });
      return JSON.parse(Buffer.from(answer.Payload!).toString());
    },
    async (id) => {
      const { status, text } = await send({ url: route + id, method: 'GET', headers: {}, body: '' });
      if (status !== 200) throw new TypeError(`the route answered ${status}: ${text.slice(0, 200)}`);
      return JSON.parse(text);
    },
  ];
}
