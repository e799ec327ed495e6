import { describe } from '../../../kernel/index.ts';
import { isRepositoryName, type RawRequest, type RawResponse, type RawRoute } from '../../../model/index.ts';
import { ownPlace } from '../access.ts';
import type { EcrDeps } from '../deps.ts';
import { type Bearer, issueToken, openLink, SESSION_MS } from '../tokens.ts';
import { answer, internalAnswer, jsonAnswer, refusalOf, refuse } from './answers.ts';
import { authenticated, sessionBearer } from './authenticate.ts';
import { blobAnswer, readBlob } from './blobs.ts';
import type { Handle } from './call.ts';
import { listRepositories, listTags } from './listings.ts';
import { deleteManifest, putManifest, readManifest } from './manifests.ts';
import { beginBlob, cancelUpload, patchBlob, putBlob, uploadStatus } from './uploads.ts';

const PATH = /^\/v2\/(.+)\/(blobs|manifests|tags|referrers)\/(.*)$/;
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * The OCI distribution API, which docker, skopeo, buildah, podman and oras speak (spec v1.1). API Gateway's paths below /v2/ (apis, domainnames,
 * vpclinks, tags) are none of its.
 */
export function registryRoute(deps: EcrDeps): RawRoute {
  return {
    prefix: '/v2/',
    covers: (path) => path === '/v2/' || path === '/v2/token' || path === '/v2/_catalog' || isRepositoryPath(path),
    methods: METHODS,
    handle: async (request) => {
      try {
        return await serve(deps, request);
      } catch (error) {
        const refusal = refusalOf(error);
        if (refusal) return refusal;
        deps.logger.error('a request to the registry failed', { path: request.path, error: describe(error) });
        return internalAnswer('the request failed because of a defect in dalamb, which is logged');
      }
    },
  };
}

/** `/v2/tags/ARN` and `/v2/apis/…` are API Gateway's. */
function isRepositoryPath(path: string): boolean {
  const [, , kind, rest] = PATH.exec(path) ?? [];
  return kind !== undefined && (kind !== 'tags' || rest === 'list');
}

async function serve(deps: EcrDeps, request: RawRequest): Promise<RawResponse> {
  const { path, query, method } = request;
  if (path === '/v2/token') return session(deps, request);
  const link = query.get('link');
  if (link !== null) return linked(deps, request, link);
  const bearer = await authenticated(deps, request);
  if (path === '/v2/') return jsonAnswer(200, {});
  if (path === '/v2/_catalog') return listRepositories(deps, request, bearer);
  const [, name = '', kind = '', given = ''] = PATH.exec(path) ?? [];
  const rest = given.replace(/%3a/i, ':'); // some clients write digests so
  if (!isRepositoryName(name))
    throw refuse('NAME_INVALID', `${JSON.stringify(name.slice(0, 300))} is no name of a repository`, 400);
  const handle = handlerOf(kind, rest, method);
  return handle({
    deps,
    request,
    bearer,
    rest,
    at: ownPlace({ account: bearer.principal.account, region: bearer.region }, name),
  });
}

type Verbs = Readonly<Record<string, Handle>>;

const beginVerbs: Verbs = { POST: beginBlob };
const uploadVerbs: Verbs = { GET: uploadStatus, PATCH: patchBlob, PUT: putBlob, DELETE: cancelUpload };
const blobVerbs: Verbs = { GET: readBlob, HEAD: readBlob };
const manifestVerbs: Verbs = { GET: readManifest, HEAD: readManifest, PUT: putManifest, DELETE: deleteManifest };
const tagVerbs: Verbs = { GET: listTags };

/** Throws UNSUPPORTED 405, 404 for referrers, which clients then keep as tags. */
function handlerOf(kind: string, rest: string, method: string): Handle {
  if (kind === 'referrers') throw refuse('UNSUPPORTED', 'the referrers API is not offered', 404);
  const verbs = kind === 'manifests' ? manifestVerbs : kind === 'tags' ? tagVerbs : blobVerbsOf(rest);
  const handle = Object.hasOwn(verbs, method) ? verbs[method] : undefined;
  if (handle) return handle;
  const allow = Object.keys(verbs).join(', ');
  throw refuse('UNSUPPORTED', `only ${allow} here`, 405, { allow });
}

function blobVerbsOf(rest: string): Verbs {
  if (rest === 'uploads/' || rest === 'uploads') return beginVerbs;
  return rest.startsWith('uploads/') ? uploadVerbs : blobVerbs;
}

/** What a client gets for its login, or without one where none is needed. */
async function session(deps: EcrDeps, request: RawRequest): Promise<RawResponse> {
  if (request.method !== 'GET') throw refuse('UNSUPPORTED', 'only GET here', 405, { allow: 'GET' });
  const bearer: Bearer = await sessionBearer(deps, request);
  const now = deps.clock.now();
  const { token } = await issueToken(deps, 'session', { ...bearer, now });
  const issued = new Date(now).toISOString();
  return jsonAnswer(200, { token, access_token: token, expires_in: SESSION_MS / 1000, issued_at: issued });
}

/** A link of GetDownloadUrlForLayer. */
async function linked(deps: EcrDeps, { path, method, headers }: RawRequest, text: string): Promise<RawResponse> {
  const link = openLink(deps, text, deps.clock.now());
  if (!link || path !== `/v2/${link.repository}/blobs/${link.digest}`)
    throw refuse('DENIED', 'this link is not or no longer valid', 403);
  if (method !== 'GET' && method !== 'HEAD') return answer(405, { allow: 'GET, HEAD' });
  return blobAnswer(deps, link, { digest: link.digest, method, range: headers.range });
}
