import { isFailure } from '../../../kernel/index.ts';
import { type CopyImage, type KeepImage, parseManifest } from '../../../model/index.ts';
import { images } from '../collections.ts';
import type { EcrDeps } from '../deps.ts';
import { findImage, manifestText, pushImage } from '../images.ts';
import { mountLayer } from '../layers.ts';
import { ensureRepository, keepArchive } from './push-archive.ts';

export interface OwnImages {
  readonly keepImage: KeepImage;
  readonly copyImage: CopyImage;
}

/** The ports KeepImage and CopyImage (model/images.ts): images that the platform itself puts into its registry. */
export function createOwnImages(deps: EcrDeps): OwnImages {
  const { store, clock } = deps;
  return {
    async keepImage({ tag, ...at }, archive) {
      const { digest } = await keepArchive(deps, at, archive, tag);
      return { digest };
    },
    async copyImage({ digest, ...from }, { tag, ...to }) {
      const image = await findImage(store.read, from, digest);
      if (!image || image.isIndex) return false;
      await ensureRepository(deps, to);
      try {
        const text = await manifestText(store, image);
        const [manifest, blob] = [parseManifest(text, image.mediaType), await store.blobs.stage(Buffer.from(text))];
        return await store.transact(async (tx) => {
          const now = clock.now();
          for (const content of image.contents) if (!(await mountLayer(tx, from, to, { digest: content, now }))) return false;
          const copy = await pushImage(tx, to, { manifest, blob, tag, now });
          await tx.put(images, { ...copy, pushed: now }); // it was asked for again, and is not old
          return true;
        });
      } catch (error) {
        if (isFailure(error, 'BlobMissing')) return false; // deleted in between
        throw error;
      }
    },
  };
}
