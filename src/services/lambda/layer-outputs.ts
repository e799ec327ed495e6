import type { GetLayerVersionResponse, LayerVersionsListItem } from '@aws-sdk/client-lambda';
import { type OperationContext, parseArn } from '../../model/index.ts';
import { codeLocation } from './code-downloads.ts';
import type { StoredLayerVersion } from './collections.ts';
import { amazonTime } from './configuration.ts';
import type { Lambda } from './deps.ts';
import { type LayerRef, layerRef } from './find-layers.ts';

export function layerArn({ region, account, layer }: LayerRef): string {
  return `arn:aws:lambda:${region}:${account}:layer:${layer}`;
}

/** A layer as a caller named it: by name or ARN. */
export function namedLayer({ account, region }: OperationContext, text = ''): LayerRef {
  return (parseArn(text) && layerRef(text)) || { account, region, layer: text };
}

/** A layer version in lists: without content. Lists that were never given are absent (spec/lambda-api.md §9). */
export function layerItem(stored: StoredLayerVersion): LayerVersionsListItem {
  return {
    LayerVersionArn: `${layerArn(stored)}:${stored.version}`,
    Version: stored.version,
    Description: stored.description,
    CreatedDate: amazonTime(stored.created),
    ...(stored.runtimes && { CompatibleRuntimes: [...stored.runtimes] as never }),
    ...(stored.architectures && { CompatibleArchitectures: [...stored.architectures] as never }),
    ...(stored.license !== undefined && { LicenseInfo: stored.license }),
  };
}

/** The whole layer version, with a download link of ten minutes. */
export function layerVersion(lambda: Lambda, endpoint: string, stored: StoredLayerVersion): GetLayerVersionResponse {
  return {
    ...layerItem(stored),
    LayerArn: layerArn(stored),
    Content: {
      Location: codeLocation(lambda, endpoint, stored.code),
      CodeSha256: Buffer.from(stored.code.hash, 'hex').toString('base64'),
      CodeSize: stored.code.size,
    },
  };
}
