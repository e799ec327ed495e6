import type { OutsideEvent } from './cloud-events.ts';

/**
 * How a sender signs. github: `x-hub-signature-256: sha256=HEX` over the body. stripe: `stripe-signature: t=SECONDS,v1=HEX` over `t.body`.
 * standard: Standard Webhooks, `webhook-id`, `webhook-timestamp`, `webhook-signature: v1,BASE64` over `id.timestamp.body`. plain:
 * `x-signature: HEX` over the body.
 */
export type WebhookScheme = 'github' | 'stripe' | 'standard' | 'plain';

export const webhookSchemes: readonly WebhookScheme[] = ['github', 'stripe', 'standard', 'plain'];

/** What must be signed, and what the sender says the signature is: HMAC-SHA-256 over before and the body. */
export interface WebhookSignature {
  readonly before: string;
  readonly signatures: readonly Uint8Array[];
  /** The key that a secret stands for. */
  readonly key: (secret: string) => Uint8Array;
}

type Headers = Readonly<Record<string, string | undefined>>;

/** Signatures with a time hold for so long, as their makers say. */
const TOLERANCE_MS = 300_000;
const MOST_SIGNATURES = 8;

/** Bytes of the shortest secret of the scheme standard. */
const LEAST_KEY = 16;

/** Whether a secret stands for a key that cannot be guessed: of the scheme standard it is base64, and all else would be an empty key. */
export function isWebhookSecret(scheme: WebhookScheme, secret: string): boolean {
  if (secret.length < 8 || secret.length > 512) return false;
  const bare = secret.replace(/^whsec_/, '');
  return scheme !== 'standard' || (/^[A-Za-z0-9+/]+={0,2}$/.test(bare) && Buffer.from(bare, 'base64').length >= LEAST_KEY);
}

/** Undefined: not signed as the scheme says, or too long ago. */
export function readSignature(scheme: WebhookScheme, headers: Headers, now: number): WebhookSignature | undefined {
  switch (scheme) {
    case 'github':
      return ofHex('', [headers['x-hub-signature-256']?.replace(/^sha256=/, '')]);
    case 'plain':
      return ofHex('', [headers['x-signature']?.replace(/^sha256=/, '')]);
    case 'stripe': {
      const parts = (headers['stripe-signature'] ?? '').split(',').map((part) => part.trim().split('=', 2));
      const time = parts.find(([name]) => name === 't')?.[1];
      if (!isRecent(time, now)) return undefined;
      return ofHex(
        `${time}.`,
        parts.filter(([name]) => name === 'v1').map(([, value]) => value),
      );
    }
    case 'standard': {
      const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature = '' } = headers;
      if (id === undefined || !isRecent(time, now)) return undefined;
      const given = signature
        .split(' ')
        .flatMap((part) => (part.startsWith('v1,') ? [Buffer.from(part.slice(3), 'base64')] : []));
      const key = (secret: string) => Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
      return given.length === 0 ? undefined : { before: `${id}.${time}.`, signatures: given.slice(0, MOST_SIGNATURES), key };
    }
  }
}

function ofHex(before: string, given: readonly (string | undefined)[]): WebhookSignature | undefined {
  const signatures = given.flatMap((text) => (text && /^[0-9a-f]{64}$/i.test(text) ? [Buffer.from(text, 'hex')] : []));
  if (signatures.length === 0) return undefined;
  return { before, signatures: signatures.slice(0, MOST_SIGNATURES), key: (secret) => Buffer.from(secret) };
}

function isRecent(seconds: string | undefined, now: number): boolean {
  return seconds !== undefined && /^\d{1,12}$/.test(seconds) && Math.abs(Number(seconds) * 1000 - now) <= TOLERANCE_MS;
}

/** The event that a webhook's request is: source `webhook.NAME`, the sender's own type and id where it names them. */
export function webhookEvent(
  hook: { readonly name: string; readonly scheme: WebhookScheme },
  headers: Headers,
  body: string,
): OutsideEvent {
  const value = parsed(body);
  const detail = isObject(value) ? value : { data: value };
  const { id, type = textOf(detail.type) ?? 'webhook' } = namesOf(hook.scheme, headers, detail);
  return { ...(id ? { id: id.slice(0, 256) } : {}), source: `webhook.${hook.name}`, type: type.slice(0, 128), detail };
}

/** What the sender's own headers say; those of other schemes are nobody's word. */
function namesOf(
  scheme: WebhookScheme,
  headers: Headers,
  detail: Readonly<Record<string, unknown>>,
): { id?: string; type?: string } {
  const named = {
    github: { id: headers['x-github-delivery'], type: headers['x-github-event'] },
    standard: { id: headers['webhook-id'] },
    stripe: { id: textOf(detail.id) },
    plain: {},
  };
  return named[scheme] as { id?: string; type?: string };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
