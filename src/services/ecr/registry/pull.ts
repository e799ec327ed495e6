import { describe } from '../../../kernel/index.ts';
import { isRepositoryName, type PullImage, type RawRequest, type RawResponse, rootArn } from '../../../model/index.ts';
import { ownPlace } from '../access.ts';
import type { EcrDeps } from '../deps.ts';
import { internalAnswer, jsonAnswer, refusalOf, refuse } from './answers.ts';
import { readBlob } from './blobs.ts';
import { readManifest } from './manifests.ts';

const PATH = /^\/v2\/(.+)\/(blobs|manifests)\/([^/]+)$/;

/** The port PullImage: what the registry lets an account read, without its logins. */
export function createPullImage(deps: EcrDeps): PullImage {
  return async (asker, from, request) => {
    try {
      return await pull(deps, { asker, from }, request);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal) return refusal;
      deps.logger.error('a pull of a builder failed', { path: request.path, error: describe(error) });
      return internalAnswer('the request failed because of a defect in dalamb, which is logged');
    }
  };
}

type Whose = { readonly asker: string; readonly from: Parameters<PullImage>[1] };

async function pull(deps: EcrDeps, { asker, from }: Whose, asked: Parameters<PullImage>[2]): Promise<RawResponse> {
  const { path, method, range } = asked;
  if (method !== 'GET' && method !== 'HEAD') throw refuse('UNSUPPORTED', 'only GET, HEAD here', 405, { allow: 'GET, HEAD' });
  if (path === '/v2/') return jsonAnswer(200, {});
  const [, name = '', kind, rest = ''] = PATH.exec(path) ?? [];
  if (!isRepositoryName(name)) throw refuse('NAME_INVALID', `${JSON.stringify(path.slice(0, 300))} names no repository`, 404);
  const principal = { account: asker, arn: rootArn(asker), userId: asker, accessKeyId: '', kind: 'root' } as const;
  const call = {
    deps,
    request: requestOf(method, path, range),
    bearer: { principal, region: from.region },
    at: ownPlace(from, name),
    rest,
  };
  return kind === 'manifests' ? readManifest(call) : readBlob(call);
}

/** Readers look at the method and the range alone. */
function requestOf(method: string, path: string, range: string | undefined): RawRequest {
  const none = () => {
    throw refuse('UNSUPPORTED', 'nothing is taken here', 405);
  };
  return {
    method,
    path,
    query: new URLSearchParams(),
    headers: { range },
    body: none,
    stream: none,
    sourceIp: '127.0.0.1',
    trusted: false,
    signal: new AbortController().signal,
  };
}
