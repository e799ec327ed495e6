import { type Failure, fail, platformFailure } from '../../kernel/index.ts';
import type { InRepository } from './collections.ts';

type Named = Pick<InRepository, 'account' | 'repository'>;

const named = ({ account, repository }: Named) => `the repository with name '${repository}' in the registry with id '${account}'`;

/** ECR's errors. All of them build, none throws. */
export function noRepository({ account, repository }: Named): Failure {
  return fail(
    'RepositoryNotFoundException',
    `The repository with name '${repository}' does not exist in the registry with id '${account}'`,
  );
}

export function repositoryExists({ account, repository }: Named): Failure {
  return fail(
    'RepositoryAlreadyExistsException',
    `The repository with name '${repository}' already exists in the registry with id '${account}'`,
  );
}

export function repositoryNotEmpty({ account, repository }: Named): Failure {
  return fail(
    'RepositoryNotEmptyException',
    `The repository with name '${repository}' in registry with id '${account}' cannot be deleted because it still contains images`,
  );
}

export function noRepositoryPolicy(at: Named): Failure {
  return fail('RepositoryPolicyNotFoundException', `Repository policy does not exist for ${named(at)}`);
}

export function noLifecyclePolicy(at: Named): Failure {
  return fail('LifecyclePolicyNotFoundException', `Lifecycle policy does not exist for ${named(at)}`);
}

export interface ImageId {
  readonly imageDigest?: string;
  readonly imageTag?: string;
}

export function noImage(at: Named, { imageDigest, imageTag }: ImageId): Failure {
  const id = `{imageDigest:'${imageDigest ?? 'null'}', imageTag:'${imageTag ?? 'null'}'}`;
  return fail('ImageNotFoundException', `The image with imageId ${id} does not exist within ${named(at)}`);
}

export function imageExists(at: Named, digest: string, tag: string | undefined): Failure {
  return fail(
    'ImageAlreadyExistsException',
    `Image with digest '${digest}' and tag '${tag ?? 'null'}' already exists in ${named(at)}`,
  );
}

export function tagExists({ repository }: Named, tag: string): Failure {
  return fail(
    'ImageTagAlreadyExistsException',
    `The image tag '${tag}' already exists in the '${repository}' repository and cannot be overwritten because the tag is immutable.`,
  );
}

export function noLayers(at: Named, digests: readonly string[]): Failure {
  return fail(
    'LayersNotFoundException',
    `Layers with digests '${digests.slice(0, 10).join(', ')}' required for pushing image do not exist in ${named(at)}`,
  );
}

export function noReferencedImages(at: Named, digests: readonly string[]): Failure {
  return fail(
    'ReferencedImagesNotFoundException',
    `Images with digests '${digests.slice(0, 10).join(', ')}' required for pushing image into ${named(at)} do not exist`,
  );
}

export function noUpload(at: Named, id: string): Failure {
  return fail('UploadNotFoundException', `Upload with id '${id}' does not exist in ${named(at)}`);
}

export function invalid(text: string): Failure {
  return fail('InvalidParameterException', text);
}

export function invalidLayer(text: string): Failure {
  return fail('InvalidLayerException', text);
}

export function tooManyTags(): Failure {
  return fail('TooManyTagsException', 'A resource has at most 50 tags');
}

export function limitExceeded(text: string): Failure {
  return fail('LimitExceededException', text);
}

/** 501: a setting that would not be enforced is refused by its name (DESIGN §6). */
export function notImplemented(setting: string): Failure {
  return platformFailure('NotImplemented', setting, { fault: 'caller' });
}
