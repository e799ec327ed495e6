import type { Place } from './functions.ts';
import type { OwnRepository } from './images.ts';

/** `HOST[:PORT]/NAME[:TAG][@DIGEST]`, taken apart. */
export interface ImageReference {
  /** Lower case, with its port; `docker.io` when the reference names no host. */
  readonly host: string;
  /** `team/app`; official images of docker.io are `library/NAME`. */
  readonly name: string;
  /** Undefined when only a digest is given; `latest` when neither is. */
  readonly tag?: string;
  /** `sha256:` and 64 hex digits. */
  readonly digest?: string;
}

const HOST = /^(?:\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)(?::\d{1,5})?$/;
const NAME = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const LONGEST_NAME = 256;
/** Docker Hub by its other names. */
const DOCKER: ReadonlySet<string> = new Set(['index.docker.io', 'registry-1.docker.io']);

/** Whether a registry may be called this: `HOST` or `HOST:PORT`, lower case. */
export function fitsHost(text: string): boolean {
  return text.length <= 255 && HOST.test(text);
}

/** Whether a repository may have this name (OCI distribution spec, "Pull"; ECR: 2 to 256 characters). */
export function isRepositoryName(text: string): boolean {
  return text.length >= 2 && text.length <= LONGEST_NAME && NAME.test(text);
}

export function isImageTag(text: string): boolean {
  return TAG.test(text);
}

/** Only SHA-256, by which content is stored here. */
export function isDigest(text: string): boolean {
  return DIGEST.test(text);
}

/** Reads a reference as container tools do; undefined when it is none. */
export function parseImageReference(text: string): ImageReference | undefined {
  if (text.length > 1024) return undefined;
  const [path, digest, ...more] = text.split('@') as [string, string?, ...string[]];
  if (more.length > 0 || (digest !== undefined && !isDigest(digest))) return undefined;
  const slash = path.indexOf('/');
  const first = slash < 0 ? '' : path.slice(0, slash).toLowerCase();
  const named = first === 'localhost' || /[.:]/.test(first);
  const host = named ? (DOCKER.has(first) ? 'docker.io' : first) : 'docker.io';
  const rest = named ? path.slice(slash + 1) : path;
  const colon = rest.indexOf(':');
  const given = colon < 0 ? undefined : rest.slice(colon + 1);
  const name = colon < 0 ? rest : rest.slice(0, colon);
  if (!HOST.test(host) || name.length > LONGEST_NAME || !NAME.test(name)) return undefined;
  if (given !== undefined && !isImageTag(given)) return undefined;
  const tag = given ?? (digest === undefined ? 'latest' : undefined);
  const official = host === 'docker.io' && !name.includes('/');
  return {
    host,
    name: official ? `library/${name}` : name,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** The place that a host of ECR names: `ACCOUNT.dkr.ecr.REGION.amazonaws.com`. */
export function placeOfEcrHost(host: string): Place | undefined {
  const [, account, region] =
    /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z]{2}(?:-[a-z]+)+-\d)\.(?:amazonaws\.com(?:\.cn)?|on\.aws)$/.exec(host) ?? [];
  return account === undefined || region === undefined ? undefined : { account, region };
}

/** How an image of this platform's own registry is named for good, whatever its address is. */
export function ownImageUri({ account, region, repository }: OwnRepository, digest: string): string {
  return `${account}.dkr.ecr.${region}.amazonaws.com/${repository}@${digest}`;
}

/** The repository in which an application's built images are. */
export function imageRepository(app: string): string {
  return `apps/${app}`;
}

/** Where an image lies that was built for an application; undefined: it is another's, or of elsewhere. */
export function builtImage(app: string, uri: string): (OwnRepository & { readonly digest: string }) | undefined {
  const { host = '', name, digest } = parseImageReference(uri) ?? {};
  const place = placeOfEcrHost(host);
  if (!place || name !== imageRepository(app) || digest === undefined) return undefined;
  return { ...place, repository: name, digest };
}
