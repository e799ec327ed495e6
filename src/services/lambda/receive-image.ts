import { fail, isFailure, withDeadline } from '../../kernel/index.ts';
import { imageFault, invalidParameter, type Place, type Reason } from '../../model/index.ts';
import type { StoredImage } from './collections.ts';
import type { Lambda } from './deps.ts';
import type { ReceivedCode } from './receive-code.ts';

/** AWS: of the whole image. Here of its compressed layers; unpacking has a limit of its own. */
const IMAGE_BYTES = 10 * 1024 ** 3;
const RESOLVE_MS = 60_000;
const PREPARE_MS = 10 * 60_000;

/** What a function of an image has for code. */
export interface ReceivedImage extends ReceivedCode {
  readonly image: StoredImage;
}

/** Finds an image and pins its digest; its layers are fetched later. Throws AWS's texts for images that cannot be used, ServiceException for registries that give no answer. */
export async function receiveImage(lambda: Lambda, place: Place, uri: string): Promise<ReceivedImage> {
  const { account, region } = place;
  const resolving = withDeadline(lambda.clock, RESOLVE_MS, 'finding the image', lambda.resolveImage({ account, region }, uri));
  const resolved = await resolving.catch((error) => unusable(uri, error));
  const fault = imageFault(resolved.config);
  if (fault !== undefined) throw invalidParameter(`The source image ${uri} is not supported: ${fault}.`);
  if (resolved.bytes > IMAGE_BYTES)
    throw invalidParameter(`The source image ${uri} is larger than ${IMAGE_BYTES} bytes: ${resolved.bytes}.`);
  return {
    code: { hash: resolved.digest, size: 0, unpackedBytes: 0 },
    image: { uri, resolvedUri: resolved.uri },
    within: (_tx, refer) => refer(),
  };
}

function unusable(uri: string, error: unknown): never {
  if (!isFailure(error)) throw error;
  if (error.code === 'ImageNotFound') throw invalidParameter(`Source image ${uri} does not exist. Provide a valid source image.`);
  if (error.code === 'ImageAccessDenied')
    throw invalidParameter(`Source image ${uri} is not valid. Provide a valid source image. ${error.message}`);
  if (error.code === 'InvalidImage')
    throw invalidParameter(
      `The image manifest, config or layer media type for the source image ${uri} is not supported. ${error.message}`,
    );
  if (error.code === 'ImageUnavailable' || error.code === 'DeadlineExceeded')
    throw fail('ServiceException', `The registry of ${uri} gives no answer. ${error.message}`, { status: 503, fault: 'caller' });
  throw error;
}

/** Fetches and unpacks the layers that are not here yet. Rejects as PrepareImage does. */
export async function fetchImage(lambda: Lambda, { account, region }: Place, image: StoredImage): Promise<void> {
  await withDeadline(lambda.clock, PREPARE_MS, 'fetching the image', lambda.prepareImage({ account, region }, image.resolvedUri));
}

const CODES: Readonly<Record<string, string>> = { ImageNotFound: 'ImageDeleted', ImageAccessDenied: 'ImageAccessDenied' };

/** AWS's StateReasonCode of an image that will never be ready; undefined when another try may do. */
export function imageReason(error: unknown): Reason | undefined {
  if (!isFailure(error) || error.fault !== 'caller') return undefined;
  return { code: CODES[error.code] ?? 'InvalidImage', text: error.message };
}
