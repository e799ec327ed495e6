import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { type ManualClock, manualClock } from '../../../test/support/clock.ts';
import { SMALL_RESERVE } from '../../../test/support/platform.ts';
import { platformFailure, randomIds, type Store, type StoreSchema, silentLogger } from '../../kernel/index.ts';
import { askRoute } from '../../model/control-route.fixture.ts';
import { type Actor, localActor } from '../../model/index.ts';
import { openStore } from '../../store/index.ts';
import { applications, releaseSchema, stages } from '../collections.ts';
import { environmentSchema } from '../environments/collections.ts';
import { createEnvironments, type Environments } from '../environments/environments.ts';
import { createFindEnvironment } from '../environments/find.ts';
import { peopleSchema } from './collections.ts';
import { createPeople, type People } from './people.ts';

export const KEY = 'AKIAEXAMPLEEXAMPLE12.secret';
export const KEY_ACCOUNT = '444444444444';

interface Ask {
  readonly query?: Record<string, string>;
  readonly body?: unknown;
  readonly account?: string;
}

export interface PeopleWorld {
  readonly store: Store;
  readonly clock: ManualClock;
  readonly people: People;
  readonly environments: Environments;
  /** `POST /members` and so on, as the gateway would have it: the gate, then the handler. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever it answers
  readonly ask: (actor: Actor, line: string, given?: Ask) => Promise<any>;
  /** A user with that role, as their token is known. */
  readonly user: (name: string, role: string, on?: { app?: string; environment?: string }) => Promise<Actor>;
  /** An application in an environment. */
  readonly app: (name: string, account: string) => Promise<void>;
}

/** People and environments over a real store. */
export async function peopleWorld(t: TestContext): Promise<PeopleWorld> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-people-'));
  const clock = manualClock();
  const parts: readonly StoreSchema[] = [releaseSchema, peopleSchema, environmentSchema];
  const schema = { collections: parts.flatMap((part) => part.collections), topics: parts.flatMap((part) => part.topics) };
  const store = await openStore({ directory, schema, clock, logger: silentLogger, reserveBytes: SMALL_RESERVE });
  t.after(async () => {
    await store.close();
    fs.rmSync(directory, { recursive: true });
  });
  const base = { store, clock, ids: randomIds };
  const findEnvironment = createFindEnvironment(base);
  const verifyKey = async (token: string) => (token === KEY ? KEY_ACCOUNT : undefined);
  const people = createPeople({ ...base, findEnvironment, verifyKey });
  const environments = createEnvironments({ ...base, ...people });
  const routes = [...people.routes, ...environments.routes];
  const ask: PeopleWorld['ask'] = async (actor, line, { query = {}, body, account = '000000000000' } = {}) => {
    const [method, asked = ''] = line.split(' ');
    const parts = asked.split('/');
    const fits = (part: string, i: number) => part.startsWith(':') || part === parts[i];
    const shape = (route: string) => route.split('/').length === parts.length && route.split('/').every(fits);
    const route = routes.find((one) => one.method === method && shape(one.path));
    if (!route) throw platformFailure('NoSuchRoute', line);
    const names = route.path.split('/').map((part, i) => [part.slice(1), decodeURIComponent(parts[i]!)] as const);
    const params = Object.fromEntries(names.filter((_, i) => route.path.split('/')[i]!.startsWith(':')));
    const place = { account, region: 'us-east-1' };
    const search = new URLSearchParams(query);
    await people.mayCall({ actor, route, params, query: search, place });
    return askRoute(route, { params, query: search, body, place, actor });
  };
  const user: PeopleWorld['user'] = async (name, role, on = {}) => {
    await ask(localActor, 'POST /members', { body: { user: name, role, ...on } });
    const { token } = await ask(localActor, 'POST /tokens', { body: { user: name } });
    return (await people.findActor({ token }))!;
  };
  const app: PeopleWorld['app'] = async (name, account) => {
    const at = { region: 'us-east-1', createdAt: 1, createdBy: 'local' };
    await store.transact(async (tx) => {
      await tx.put(applications, { name, home: account, branch: 'main', ...at });
      await tx.put(stages, { app: name, account, region: 'us-east-1', role: 'arn:aws:iam::000000000000:role/r', next: 1 });
    });
  };
  return { store, clock, people, environments, ask, user, app };
}
