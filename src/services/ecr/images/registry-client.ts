import { collect, utf8 } from '../../../kernel/index.ts';
import { accessDenied, imageNotFound, invalidImage, unavailable } from './failures.ts';
import { type Answered, ask, type OutgoingDeps } from './outgoing.ts';

/** How to log in; undefined: not at all. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

export interface Get {
  readonly accept: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

const MOST_REDIRECTS = 5;
const TOKEN_MS = 30_000;
const LARGEST_TOKEN = 1024 * 1024;
const LARGEST_REFUSAL = 64 * 1024;

/** Pulls from one repository of another registry: by token, by login, or as anybody (OCI distribution spec v1.1; token specification of distribution). */
export class RegistryClient {
  readonly #deps: OutgoingDeps;
  readonly #base: string;
  readonly #name: string;
  readonly #host: string;
  readonly #login: Credentials | undefined;
  #authorization: string | undefined;

  constructor(
    deps: OutgoingDeps,
    at: { readonly host: string; readonly name: string; readonly login?: Credentials | undefined },
  ) {
    const real = at.host === 'docker.io' ? 'registry-1.docker.io' : at.host;
    this.#deps = deps;
    this.#host = at.host;
    this.#base = `${deps.isInsecure(at.host) ? 'http' : 'https'}://${real}/v2/${at.name}/`;
    this.#name = at.name;
    this.#login = at.login;
  }

  /** Answers with status 200. Rejects with ImageNotFound, ImageAccessDenied, InvalidImage, ImageUnavailable. */
  async get(path: string, get: Get): Promise<Answered> {
    const url = new URL(this.#base + path);
    const first = await this.#follow(url, get);
    if (first.status !== 401) return this.#judged(first, path);
    first.discard();
    this.#authorization = await this.#authorize(String(first.headers['www-authenticate'] ?? ''), get);
    return this.#judged(await this.#follow(url, get), path);
  }

  async #judged(answered: Answered, path: string): Promise<Answered> {
    const { status } = answered;
    if (status === 200) return answered;
    const what = `${this.#host}/${this.#name} (${path})`;
    const why = await refusalText(answered);
    if (status === 404) throw imageNotFound(`${what}${why}`);
    if (status === 401 || status === 403) throw accessDenied(`${what} was refused with status ${status}${why}`);
    if (status === 429 || status >= 500) throw unavailable(`${what} failed with status ${status}${why}`);
    throw invalidImage(`${what} was answered with status ${status}${why}`);
  }

  /** Follows redirects, without a login to other hosts and never from TLS to plain HTTP. */
  async #follow(first: URL, { accept, timeoutMs, signal }: Get): Promise<Answered> {
    let url = first;
    for (let redirects = 0; ; redirects++) {
      const login: Record<string, string> =
        this.#authorization !== undefined && url.origin === first.origin ? { authorization: this.#authorization } : {};
      const answered = await ask(this.#deps, url, { headers: { accept, ...login }, timeoutMs, signal });
      const { location } = answered.headers;
      if (![301, 302, 303, 307, 308].includes(answered.status) || location === undefined) return answered;
      answered.discard();
      const next = URL.parse(location, url);
      if (!next || !this.#isOpen(next)) throw invalidImage(`${url.host} redirects to where registries are not asked`);
      if (redirects === MOST_REDIRECTS) throw invalidImage(`${first.host} redirects more than ${MOST_REDIRECTS} times`);
      url = next;
    }
  }

  #isOpen(url: URL): boolean {
    if (url.username !== '' || url.password !== '') return false;
    return url.protocol === 'https:' || (url.protocol === 'http:' && this.#deps.isInsecure(url.host));
  }

  async #authorize(challenge: string, { signal }: Get): Promise<string> {
    const bearer = /(?:^|,\s*)bearer\s+(.*)/i.exec(challenge)?.[1];
    if (bearer !== undefined) return `Bearer ${await this.#token(bearer, signal)}`;
    if (!/(?:^|,\s*)basic\b/i.test(challenge)) throw accessDenied(`${this.#host} asks for a login of an unknown kind`);
    if (!this.#login) throw accessDenied(`${this.#host} asks for a login: dalamb registries add ${this.#host} --user USER`);
    return basic(this.#login);
  }

  async #token(challenge: string, signal: AbortSignal | undefined): Promise<string> {
    const parameters = new Map(
      [...challenge.matchAll(/\b(\w{1,40})="([^"]{0,2000})"/g)].map(([, name, value]) => [name!.toLowerCase(), value!]),
    );
    const realm = URL.parse(parameters.get('realm') ?? '');
    if (!realm || !this.#isOpen(realm))
      throw accessDenied(`${this.#host} sends to ${parameters.get('realm')} for tokens, which is not asked`);
    const service = parameters.get('service');
    if (service !== undefined) realm.searchParams.set('service', service);
    realm.searchParams.set('scope', `repository:${this.#name}:pull`);
    const headers: Record<string, string> = this.#login ? { authorization: basic(this.#login) } : {};
    const answered = await ask(this.#deps, realm, {
      headers: { accept: 'application/json', ...headers },
      timeoutMs: TOKEN_MS,
      signal,
    });
    if (answered.status >= 500 || answered.status === 429)
      throw unavailable(`${realm.host} gave no token: status ${answered.status}`);
    if (answered.status !== 200)
      throw accessDenied(`${realm.host} gave no token: status ${answered.status}${await refusalText(answered)}`);
    const text = utf8(await collect(answered.body, LARGEST_TOKEN, () => invalidImage(`${realm.host} gave no token`)));
    const token = tokenIn(text);
    if (token === undefined) throw accessDenied(`${realm.host} gave no token`);
    return token;
  }
}

function basic({ user, password }: Credentials): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function tokenIn(text: string): string | undefined {
  try {
    const { token, access_token } = JSON.parse(text) as { token?: unknown; access_token?: unknown };
    const found = token ?? access_token;
    return typeof found === 'string' && /^[\x21-\x7e]{1,16384}$/.test(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

/** What the registry says of it, if it does, in its own form. */
async function refusalText(answered: Answered): Promise<string> {
  try {
    const text = utf8(await collect(answered.body, LARGEST_REFUSAL, () => unavailable('too long')));
    const { message } = (JSON.parse(text) as { errors: { message: string }[] }).errors[0]!;
    return `: ${String(message).slice(0, 300)}`;
  } catch {
    return '';
  }
}
