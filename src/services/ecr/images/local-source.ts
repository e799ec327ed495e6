import { collect, isFailure, utf8 } from '../../../kernel/index.ts';
import { isDigest, LARGEST_CONFIG, type Place, rootArn } from '../../../model/index.ts';
import { repositoryRequest } from '../access.ts';
import type { InRepository } from '../collections.ts';
import type { EcrDeps } from '../deps.ts';
import { foundImage, manifestText } from '../images.ts';
import { findLayer, hashOf } from '../layers.ts';
import { accessDenied, imageNotFound, invalidImage } from './failures.ts';
import type { ImageSource } from './source.ts';

/** A repository of this platform. asker: whose function is to run it; another account needs the repository's policy. */
export function localSource(deps: EcrDeps, at: InRepository, asker: Place): ImageSource {
  const { store } = deps;
  const what = (reference: string) => `${at.account}/${at.repository} ${reference} in ${at.region}`;
  const stored = async (digest: string): Promise<string> => {
    if (!(await findLayer(store.read, at, digest))) throw imageNotFound(what(digest));
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
        return { text: await manifestText(store, image), digest: image.digest, mediaType: image.mediaType };
      } catch (error) {
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

async function permit({ store, authorize }: EcrDeps, at: InRepository, { account }: Place): Promise<void> {
  if (account === at.account) return;
  const principal = { account, arn: rootArn(account), userId: account, accessKeyId: '', kind: 'root' } as const;
  for (const action of ['BatchGetImage', 'GetDownloadUrlForLayer']) {
    const { allowed } = await authorize(principal, await repositoryRequest(store.read, at, { action }));
    if (!allowed)
      throw accessDenied(`the policy of ${at.repository} in account ${at.account} does not let account ${account} pull`);
  }
}
