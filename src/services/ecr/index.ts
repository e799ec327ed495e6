import type { Service } from '../../kernel/index.ts';
import type {
  ControlRoute,
  CopyImage,
  KeepImage,
  Operation,
  PrepareImage,
  PullImage,
  RawRoute,
  ResolveImage,
  ServiceTable,
} from '../../model/index.ts';
import { accessRequests } from './access.ts';
import { batchCheckLayerAvailability } from './batch-check-layer-availability.ts';
import { batchDeleteImage } from './batch-delete-image.ts';
import { batchGetImage } from './batch-get-image.ts';
import { createRepository } from './create-repository.ts';
import { deleteRepository } from './delete-repository.ts';
import type { EcrDeps } from './deps.ts';
import { describeImages } from './describe-images.ts';
import { describeRepositories } from './describe-repositories.ts';
import { getAuthorizationToken } from './get-authorization-token.ts';
import { getDownloadUrlForLayer } from './get-download-url-for-layer.ts';
import { loginRoutes } from './images/logins.ts';
import { createOwnImages } from './images/own-images.ts';
import { pushArchiveRoute } from './images/push-archive.ts';
import { createImages } from './images/resolve.ts';
import { completeLayerUpload, initiateLayerUpload, uploadLayerPart } from './layer-upload.ts';
import { listImages } from './list-images.ts';
import { putImage } from './put-image.ts';
import { putImageTagMutability } from './put-image-tag-mutability.ts';
import { createPullImage } from './registry/pull.ts';
import { registryRoute } from './registry/route.ts';
import { deleteRepositoryPolicy, getRepositoryPolicy, setRepositoryPolicy } from './repository-policy.ts';
import { listTagsForResource, tagResource, untagResource } from './resource-tags.ts';
import { describeRegistry, getLifecyclePolicy, putImageScanningConfiguration } from './unconfigured.ts';
import { createUpkeep } from './upkeep.ts';

export { schema } from './collections.ts';
export type { EcrDeps, EcrSettings } from './deps.ts';

export interface EcrService extends ServiceTable {
  readonly resolveImage: ResolveImage;
  readonly prepareImage: PrepareImage;
  readonly keepImage: KeepImage;
  readonly copyImage: CopyImage;
  readonly pullImage: PullImage;
  /** The registry that container tools speak to. */
  readonly registry: RawRoute;
  /** Logins at other registries, images as archives. */
  readonly routes: readonly ControlRoute[];
  /** Takes away what nothing names. */
  readonly background: Service;
}

/** ECR: repositories of images, the registry below /v2/, and images of other registries for who runs them. */
export function ecrService(deps: EcrDeps): EcrService {
  const operations = {
    BatchCheckLayerAvailability: batchCheckLayerAvailability(deps),
    BatchDeleteImage: batchDeleteImage(deps),
    BatchGetImage: batchGetImage(deps),
    CompleteLayerUpload: completeLayerUpload(deps),
    CreateRepository: createRepository(deps),
    DeleteRepository: deleteRepository(deps),
    DeleteRepositoryPolicy: deleteRepositoryPolicy(deps),
    DescribeImages: describeImages(deps),
    DescribeRegistry: describeRegistry(),
    DescribeRepositories: describeRepositories(deps),
    GetAuthorizationToken: getAuthorizationToken(deps),
    GetDownloadUrlForLayer: getDownloadUrlForLayer(deps),
    GetLifecyclePolicy: getLifecyclePolicy(deps),
    GetRepositoryPolicy: getRepositoryPolicy(deps),
    InitiateLayerUpload: initiateLayerUpload(deps),
    ListImages: listImages(deps),
    ListTagsForResource: listTagsForResource(deps),
    PutImage: putImage(deps),
    PutImageScanningConfiguration: putImageScanningConfiguration(deps),
    PutImageTagMutability: putImageTagMutability(deps),
    SetRepositoryPolicy: setRepositoryPolicy(deps),
    TagResource: tagResource(deps),
    UntagResource: untagResource(deps),
    UploadLayerPart: uploadLayerPart(deps),
  };
  return {
    operations: operations as Readonly<Record<string, Operation>>,
    access: (operation, input, context) => accessRequests(deps.store.read, operation, input, context),
    ...createImages(deps),
    ...createOwnImages(deps),
    pullImage: createPullImage(deps),
    registry: registryRoute(deps),
    routes: [...loginRoutes(deps), pushArchiveRoute(deps)],
    background: createUpkeep(deps),
  };
}
