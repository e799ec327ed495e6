import type { RepositoryProvider } from './repository-events.ts';
import { readSignature, type WebhookSignature } from './webhook-signatures.ts';

type Headers = Readonly<Record<string, string | undefined>>;

/** What a request of a repository's host says of itself, before anything of it is believed. */
export interface SignedDelivery {
  /** The host's name for what happened: `push`, `Merge Request Hook`, `repo:push`. */
  readonly event: string;
  /** The same for every try of one delivery; undefined: the host names none. */
  readonly id?: string;
  /** A signature of the body, or the secret itself (older GitLab). Undefined: there is none. */
  readonly proof?:
    | { readonly kind: 'hmac'; readonly signature: WebhookSignature }
    | { readonly kind: 'token'; readonly token: string };
}

const NAMES = {
  github: { event: 'x-github-event', id: 'x-github-delivery', signature: 'x-hub-signature-256' },
  gitea: { event: 'x-gitea-event', id: 'x-gitea-delivery', signature: 'x-gitea-signature' },
  bitbucket: { event: 'x-event-key', id: 'x-request-uuid', signature: 'x-hub-signature' },
} as const;

/**
 * Reads the headers: `X-Hub-Signature-256: sha256=HEX` (GitHub), `X-Hub-Signature: sha256=HEX` (Bitbucket), `X-Gitea-Signature: HEX`, and of
 * GitLab `webhook-signature` as Standard Webhooks has it, or `X-Gitlab-Token`. A signature that is there but old or no signature is no proof,
 * whatever the token says.
 */
export function readDelivery(provider: RepositoryProvider, headers: Headers, now: number): SignedDelivery {
  if (provider === 'gitlab') return gitlabDelivery(headers, now);
  const names = NAMES[provider];
  const signature = readSignature('github', { 'x-hub-signature-256': headers[names.signature] }, now);
  return {
    event: (headers[names.event] ?? '').slice(0, 100),
    ...idOf(headers[names.id]),
    ...(signature && { proof: { kind: 'hmac', signature } }),
  };
}

function gitlabDelivery(headers: Headers, now: number): SignedDelivery {
  const event = (headers['x-gitlab-event'] ?? '').slice(0, 100);
  const id = idOf(headers['idempotency-key'] ?? headers['webhook-id'] ?? headers['x-gitlab-event-uuid']);
  if (headers['webhook-signature'] !== undefined) {
    const signature = readSignature('standard', headers, now);
    return { event, ...id, ...(signature && { proof: { kind: 'hmac', signature } }) };
  }
  const token = headers['x-gitlab-token'];
  return { event, ...id, ...(token ? { proof: { kind: 'token', token } } : {}) };
}

function idOf(id: string | undefined): { id?: string } {
  return id === undefined || !/^[\x21-\x7e]{1,200}$/.test(id) ? {} : { id };
}
