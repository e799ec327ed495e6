import { createHash } from 'node:crypto';
import { collect, type StagedBlob, utf8 } from '../../../kernel/index.ts';
import { type Descriptor, isDigest, LARGEST_CONFIG, LARGEST_MANIFEST, manifestTypes } from '../../../model/index.ts';
import type { EcrDeps } from '../deps.ts';
import { hashOf } from '../layers.ts';
import { invalidImage } from './failures.ts';
import { findFetched, keepFetched } from './fetched.ts';
import type { RegistryClient } from './registry-client.ts';
import type { ImageSource } from './source.ts';

const MANIFEST_MS = 30_000;
/** A layer may take a minute, and as long as it takes at 64 KiB a second. */
const LEAST_MS = 60_000;
const BYTES_A_MS = 64;
const ACCEPT = Object.keys(manifestTypes).join(', ');

/** A repository of another registry. What was fetched by digest is kept for the account that could fetch it, and not fetched again. */
export function remoteSource(deps: EcrDeps, account: string, client: RegistryClient): ImageSource {
  const { store } = deps;
  const keep = (blob: StagedBlob) => keepFetched(deps, account, blob);
  const text = async (hash: string, most: number) =>
    utf8(await collect(await store.blobs.read(hash), most, () => invalidImage(`${hash} is too large`)));
  const fetchBlob = async (descriptor: Descriptor, signal?: AbortSignal): Promise<{ readonly hash: string }> => {
    const { digest, size } = descriptor;
    if (await findFetched(deps, account, digest)) return { hash: hashOf(digest) };
    const timeoutMs = LEAST_MS + size / BYTES_A_MS;
    const { body } = await client.get(`blobs/${digest}`, { accept: '*/*', timeoutMs, signal });
    const blob = await store.blobs.stage(exactly(body, descriptor));
    if (`sha256:${blob.hash}` !== digest) throw invalidImage(`what came for ${digest} has the digest sha256:${blob.hash}`);
    await keep(blob);
    return blob;
  };
  return {
    async manifest(reference) {
      if (isDigest(reference) && (await findFetched(deps, account, reference)))
        return { text: await text(hashOf(reference), LARGEST_MANIFEST), digest: reference };
      const { body, headers } = await client.get(`manifests/${reference}`, { accept: ACCEPT, timeoutMs: MANIFEST_MS });
      const bytes = await collect(body, LARGEST_MANIFEST, () => invalidImage(`the manifest ${reference} is larger than 4 MB`));
      const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      if (isDigest(reference) && reference !== digest) throw invalidImage(`what came for ${reference} has the digest ${digest}`);
      await keep(await store.blobs.stage(bytes));
      return { text: utf8(bytes), digest, mediaType: headers['content-type']?.split(';')[0]?.trim() };
    },
    async text(descriptor) {
      if (descriptor.size > LARGEST_CONFIG) throw invalidImage(`${descriptor.digest} is too large`);
      return text((await fetchBlob(descriptor)).hash, LARGEST_CONFIG);
    },
    store: fetchBlob,
  };
}

/** Breaks with InvalidImage when more or less comes than there should be. */
async function* exactly(body: AsyncIterable<Buffer>, { digest, size }: Descriptor): AsyncGenerator<Buffer> {
  let came = 0;
  for await (const chunk of body) {
    came += chunk.length;
    if (came > size) throw invalidImage(`more came for ${digest} than its ${size} bytes`);
    yield chunk;
  }
  if (came < size) throw invalidImage(`only ${came} of ${size} bytes came for ${digest}`);
}
