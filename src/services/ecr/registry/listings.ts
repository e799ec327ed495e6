import type { RawRequest, RawResponse } from '../../../model/index.ts';
import { imageTags, repositories } from '../collections.ts';
import type { EcrDeps } from '../deps.ts';
import { foundRepository } from '../repositories.ts';
import type { Bearer } from '../tokens.ts';
import { jsonAnswer, refuse } from './answers.ts';
import { type Handle, permit } from './call.ts';

const MOST = 1000;

/** GET tags/list, in pages of n after last. */
export const listTags: Handle = async (call) => {
  const { deps, request, at } = call;
  await permit(call, at, 'ListImages');
  await foundRepository(deps.store.read, at);
  const { n, after } = pageOf(request);
  if (n === 0) return jsonAnswer(200, { name: at.repository, tags: [] });
  const prefix = [at.account, at.region, at.repository];
  const { items, next } = await deps.store.read.range(imageTags, { prefix, ...after, limit: n });
  const tags = items.map(({ tag }) => tag);
  return jsonAnswer(200, { name: at.repository, tags }, linkTo(request, { n, last: next ? tags.at(-1) : undefined }));
};

/** GET _catalog: the repositories of the bearer's account and region. */
export async function listRepositories(deps: EcrDeps, request: RawRequest, bearer: Bearer): Promise<RawResponse> {
  const { account } = bearer.principal;
  await permit({ deps, request, bearer }, { account, region: bearer.region, repository: '*' }, 'DescribeRepositories');
  const { n, after } = pageOf(request);
  if (n === 0) return jsonAnswer(200, { repositories: [] });
  const { items, next } = await deps.store.read.range(repositories, { prefix: [account, bearer.region], ...after, limit: n });
  const names = items.map(({ name }) => name);
  return jsonAnswer(200, { repositories: names }, linkTo(request, { n, last: next ? names.at(-1) : undefined }));
}

/** n of 0 asks for nothing, and gets that (OCI distribution spec, "Listing Tags"). */
function pageOf({ query }: RawRequest): { readonly n: number; readonly after: { readonly after?: readonly string[] } } {
  const n = /^\d{1,9}$/.test(query.get('n') ?? String(MOST)) ? Number(query.get('n') ?? MOST) : undefined;
  if (n === undefined) throw refuse('PAGINATION_NUMBER_INVALID', 'n is a number from 0', 400);
  const last = query.get('last');
  return { n: Math.min(n, MOST), after: last ? { after: [last.slice(0, 300)] } : {} };
}

function linkTo(
  { path }: RawRequest,
  { n, last }: { readonly n: number; readonly last: string | undefined },
): Record<string, string> {
  return last === undefined ? {} : { link: `<${path}?n=${n}&last=${encodeURIComponent(last)}>; rel="next"` };
}
