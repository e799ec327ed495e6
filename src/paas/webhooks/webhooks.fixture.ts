import { createHmac } from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { SMALL_RESERVE } from '../../../test/support/platform.ts';
import { ask, openStage } from '../../gateway/gateway.fixture.ts';
import { createSecretBox, fail, randomIds, type Store, silentLogger, systemClock } from '../../kernel/index.ts';
import type { Deploy } from '../../model/index.ts';
import { openStore } from '../../store/index.ts';
import { applications, releaseSchema, stages } from '../collections.ts';
import { createGit } from '../git/git.ts';
import type { PaasPorts } from '../ports.ts';
import { webhookSchema } from './collections.ts';
import { type Elsewhere, openElsewhere } from './elsewhere.fixture.ts';
import { createWebhooks, type PullRequest, type Webhooks } from './webhooks.ts';

export const HOME = '000000000000';
export const STAGING = '222222222222';
const ENVIRONMENTS = { default: HOME, prod: HOME, staging: STAGING } as const;

/** Webhooks with a real store, real git, a real gateway before them and a host of repositories over HTTP; what is deployed is only remembered. */
export interface WebhookRoom {
  readonly elsewhere: Elsewhere;
  readonly store: Store;
  readonly ports: PaasPorts;
  readonly webhooks: Webhooks;
  readonly deployed: (Omit<Parameters<Deploy>[0], 'source' | 'line' | 'signal'> & { readonly source: string })[];
  readonly pulls: (readonly [string, Omit<PullRequest, 'signal'>])[];
  /** What the next deployment does first. */
  build: (request: Parameters<Deploy>[0]) => Promise<void>;
  // biome-ignore lint/suspicious/noExplicitAny: an answer
  control(method: string, body?: unknown): Promise<any>;
  /** What a host sends; answers status and JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: an answer
  send(hook: string, headers: Record<string, string>, body: string): Promise<{ status: number; body: any }>;
  close(): Promise<void>;
}

export interface RoomOptions {
  readonly mayConnect?: (address: string) => boolean;
  readonly started?: boolean;
}

export async function openWebhookRoom({ mayConnect = () => true, started = true }: RoomOptions = {}): Promise<WebhookRoom> {
  const directory = await fs.mkdtemp(path.join(os.tmpdir(), 'dalamb-webhooks-'));
  const elsewhere = await openElsewhere();
  const schema = { collections: [...releaseSchema.collections, ...webhookSchema.collections], topics: [] };
  const at = { directory: path.join(directory, 'store'), schema, reserveBytes: SMALL_RESERVE };
  const store = await openStore({ ...at, clock: systemClock, logger: silentLogger });
  await store.transact(async (tx) => {
    const role = `arn:aws:iam::${HOME}:role/runner`;
    const made = { createdAt: 1, createdBy: 'ann', branch: 'main' };
    await tx.put(applications, { name: 'shop', home: HOME, region: 'us-east-1', ...made });
    await tx.put(stages, { app: 'shop', account: HOME, region: 'us-east-1', role, next: 1 });
  });
  const room = { elsewhere, store, deployed: [], pulls: [], build: async () => {} } as unknown as WebhookRoom;
  const ports = portsOf(store);
  const base = { clock: systemClock, ids: randomIds, logger: silentLogger, secrets: ports.secrets, mayConnect };
  const settings = { pushBytes: 2 ** 26, repositoryBytes: 2 ** 28 };
  const people = { findActor: async () => undefined, requireRole: async () => {} };
  const deploy: Deploy = (request) => deployed(room, request);
  const findApp = (name: string) => store.read.get(applications, [name]);
  const git = createGit({ ...base, ...people, directory: path.join(directory, 'git'), deploy, findApp, settings });
  const pull =
    (word: string) =>
    async ({ signal: _, ...asked }: PullRequest) => {
      (room.pulls as unknown[]).push([word, asked]);
      return word;
    };
  let url = '';
  const reviews = { opened: pull('opened'), closed: pull('closed') };
  const retryMs = { work: [20, 20], report: [10, 10] };
  const webhooks = createWebhooks({ ports, git, deploy, mayConnect, publicUrl: () => url, reviews, retryMs });
  await git.service.start();
  if (started) await webhooks.service.start();
  const theirs = { prefix: '/_dalamb/hooks/', methods: ['POST'], handle: async () => ({ status: 418, headers: {} }) };
  const stage = await openStage({ rawRoutes: [...webhooks.rawRoutes, theirs], controlRoutes: webhooks.routes });
  url = `http://127.0.0.1:${stage.port}`;
  const post = async (method: string, route: string, sent: { headers: Record<string, string>; body?: string }) => {
    const answer = await ask(stage.port, { method, path: route, ...sent });
    return { status: answer.status, body: answer.text === '' ? {} : JSON.parse(answer.text) };
  };
  return Object.assign(room, {
    ports,
    webhooks,
    control: async (method: string, body?: unknown) => {
      const sent = { headers: { 'content-type': 'application/json' }, ...(body !== undefined && { body: JSON.stringify(body) }) };
      return (await post(method, '/_dalamb/api/apps/shop/repository', sent)).body;
    },
    send: (hook: string, headers: Record<string, string>, body: string) =>
      post('POST', new URL(hook).pathname, { headers: { 'content-type': 'application/json', ...headers }, body }),
    close: async () => {
      await stage.close();
      await webhooks.service.stop(AbortSignal.abort());
      await git.service.stop(AbortSignal.abort());
      await store.close();
      await elsewhere.close();
      await fs.rm(directory, { recursive: true, force: true });
    },
  });
}

async function deployed(room: WebhookRoom, request: Parameters<Deploy>[0]) {
  await room.build(request);
  const source = Buffer.concat(await Array.fromAsync(request.source)).toString('latin1');
  const { app, account, commit, author } = request;
  room.deployed.push({ app, account, commit, author, source });
  return { release: room.deployed.length, urls: [] };
}

function portsOf(store: Store): PaasPorts {
  const never = async () => {
    throw fail('NotImplemented', 'not here');
  };
  return {
    store,
    clock: systemClock,
    ids: randomIds,
    logger: silentLogger,
    secrets: createSecretBox([{ id: '00000001', key: new Uint8Array(32).fill(7) }]),
    operateAt: () => (async () => ({})) as never, // every role is there
    pointAliases: never,
    rewindMapping: async () => {},
    copyImage: async () => false,
    placeSource: never,
    removeSource: never,
    build: never,
    audit: async () => {},
    publicUrl: () => 'http://127.0.0.1:4566',
    requireRole: async () => {},
    findEnvironment: async (name) => {
      const account = ENVIRONMENTS[name as keyof typeof ENVIRONMENTS];
      return account === undefined ? undefined : { name, account, kind: 'named', createdAt: 0 };
    },
  };
}

export const hmac = (secret: string, body: string): string => createHmac('sha256', secret).update(body).digest('hex');

/** Looks every 10 ms; gives up after ten seconds. */
export async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  for (let left = 1000; !(await isSo()); left--) {
    if (left === 0) throw fail('NeverSo', String(isSo));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
