import type { SecretBox } from '../../kernel/index.ts';
import type { FindKey, Place, Principal } from '../../model/index.ts';

/** How long a token of GetAuthorizationToken holds, as on AWS; one that a client got for it; a layer's link. In ms. */
const TOKEN_MS = 12 * 3_600_000;
export const SESSION_MS = 3_600_000;
const LINK_MS = 3_600_000;
const LONGEST = 16_384;

/** Who may use a registry, and in which region. */
export interface Bearer {
  readonly principal: Principal;
  readonly region: string;
  /** Holds no longer than the key that it was got with. */
  readonly keyed?: boolean;
}

interface Ports {
  readonly box: Pick<SecretBox, 'seal' | 'open'>;
  readonly findKey: FindKey;
}

type Kind = 'token' | 'session';

/** The password for `docker login` (token), or what clients get for it (session); expires: epoch ms. */
export async function issueToken(
  { box, findKey }: Ports,
  kind: Kind,
  { principal, region, now }: Bearer & { readonly now: number },
): Promise<{ readonly token: string; readonly expires: number }> {
  const expires = now + (kind === 'token' ? TOKEN_MS : SESSION_MS);
  const known = principal.kind === 'root' && (await findKey(principal.accessKeyId, undefined)) !== undefined;
  return { token: box.seal(JSON.stringify({ principal, region, keyed: known, expires }), `ecr.${kind}`), expires };
}

/** Undefined when it was not issued here, is past its time, or its key was revoked. */
export async function openToken({ box, findKey }: Ports, kind: Kind, token: string, now: number): Promise<Bearer | undefined> {
  const opened = opens<Bearer>(box, `ecr.${kind}`, token, now);
  if (!opened || (opened.keyed && !(await findKey(opened.principal.accessKeyId, undefined)))) return undefined;
  return { principal: opened.principal, region: opened.region };
}

/** What a link to a layer opens, for whoever has it. */
export interface Link extends Place {
  readonly repository: string;
  readonly digest: string;
}

export function issueLink({ box }: Pick<Ports, 'box'>, link: Link, now: number): string {
  return box.seal(JSON.stringify({ ...link, expires: now + LINK_MS }), 'ecr.link');
}

export function openLink({ box }: Pick<Ports, 'box'>, text: string, now: number): Link | undefined {
  return opens<Link>(box, 'ecr.link', text, now);
}

function opens<T>(box: Ports['box'], purpose: string, text: string, now: number): T | undefined {
  const json = text.length > LONGEST ? undefined : box.open(text, purpose);
  const opened = json === undefined ? undefined : (JSON.parse(json) as T & { readonly expires: number });
  return opened && opened.expires > now ? opened : undefined;
}
