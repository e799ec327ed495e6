import { collect, isFailure, utf8 } from '../../../kernel/index.ts';
import { isDigest, LARGEST_CONFIG, type Place, rootArn } from '../../../model/index.ts';
import { repositoryRequest } from '../access.ts';
import type { InRepository } from '../collections.ts';
import type { EcrDeps } from '../deps.ts';
import { foundImage, manifestText } from '../images.ts';
import { findLayer, hashOf } from '../layers.ts';
import { accessDenied, imageNotFound, invalidImage } from './failures.ts';
import { findFetched, keepStored } from './fetched.ts';
import type { ImageSource } from './source.ts';

/** Whose function is to run an image. Another account than the repository's needs the policy of that. */
export interface Asker extends Pick<Place, 'account'> {
  /** It was deployed, by digest: what it consists of is kept, and the function goes on without the repository. */
  readonly deployed: boolean;
}

/** A repository of this platform. */
export function localSource(deps: EcrDeps, at: InRepository, asker: Asker): ImageSource {
  const { store } = deps;
  const what = (reference: string) => `${at.account}/${at.repository} ${reference} in ${at.region}`;
  const isKept = async (digest: string) => asker.deployed && (await findFetched(deps, asker.account, digest));
  const keep = async (digest: string, size: number) => {
    if (asker.deployed) await keepStored(deps, asker.account, { hash: hashOf(digest), size });
  };
  const stored = async (digest: string): Promise<string> => {
    const layer = await findLayer(store.read, at, digest);
    if (layer) await keep(digest, layer.size);
    else if (!(await isKept(digest))) throw imageNotFound(what(digest));
    return hashOf(digest);
  };
  return {
    async manifest(reference) {
      await permit(deps, at, asker);
      try {
        const image = await foundImage(
          store.read,
          at,
          isDigest(reference) ? { imageDigest: reference } : { imageTag: reference },
        );
        await keep(image.digest, image.bytes);
        return { text: await manifestText(store, image), digest: image.digest, mediaType: image.mediaType };
      } catch (error) {
        if (isFailure(error, 'ImageNotFoundException') && isDigest(reference) && (await isKept(reference)))
          return { text: await manifestText(store, { digest: reference }), digest: reference };
        throw isFailure(error, 'ImageNotFoundException') ? imageNotFound(what(reference)) : error;
      }
    },
    async text({ digest }) {
      const tooLarge = () => invalidImage(`${digest} is too large`);
      return utf8(await collect(await store.blobs.read(await stored(digest)), LARGEST_CONFIG, tooLarge));
    },
    store: async ({ digest }) => ({ hash: await stored(digest) }),
  };
}

async function permit({ store, authorize }: EcrDeps, at: InRepository, { account }: Asker): Promise<void> {
  if (account === at.account) return;
  const principal = { account, arn: rootArn(account), userId: account, accessKeyId: '', kind: 'root' } as const;
  for (const action of ['BatchGetImage', 'GetDownloadUrlForLayer']) {
    const { allowed } = await authorize(principal, await repositoryRequest(store.read, at, { action }));
    if (!allowed)
      throw accessDenied(`the policy of ${at.repository} in account ${at.account} does not let account ${account} pull`);
  }
}
