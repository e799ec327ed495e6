import type { Descriptor } from '../../../model/index.ts';

/** Where the contents of one image come from. What it gives is as large as it should be and has the digest that it should have. */
export interface ImageSource {
  /** A manifest by tag or digest; mediaType: what the registry calls it. */
  manifest(
    reference: string,
  ): Promise<{ readonly text: string; readonly digest: string; readonly mediaType?: string | undefined }>;
  /** A small content, as text. */
  text(descriptor: Descriptor): Promise<string>;
  /** Makes sure that a content is in the store, and for how long it takes to be read. */
  store(descriptor: Descriptor, signal: AbortSignal): Promise<{ readonly hash: string }>;
}
