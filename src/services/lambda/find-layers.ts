import type { Reader } from '../../kernel/index.ts';
import { invalidParameter, type OperationContext, type Place, parseArn, settingNotImplemented } from '../../model/index.ts';
import { layerVersions, type StoredCode, type StoredLayerVersion, type UsedLayer } from './collections.ts';
import type { Lambda } from './deps.ts';
import { UNPACKED_BYTES } from './receive-code.ts';

/** A layer as an ARN names it. */
export interface LayerRef extends Place {
  readonly layer: string;
  /** Undefined for the ARN of a layer without version. */
  readonly version?: number;
}

/** Undefined when text is no ARN of a layer. */
export function layerRef(text: string): LayerRef | undefined {
  const arn = parseArn(text);
  const [kind, layer, version, ...rest] = arn?.resource.split(':') ?? [];
  if (arn?.service !== 'lambda' || kind !== 'layer' || !layer || rest.length > 0) return undefined;
  return { account: arn.account, region: arn.region, layer, version: version === undefined ? undefined : Number(version) };
}

export function findLayerVersion(from: Reader, ref: LayerRef): Promise<StoredLayerVersion | undefined> {
  return from.get(layerVersions, [ref.account, ref.region, ref.layer, ref.version ?? 0]);
}

/**
 * The layers of a function, in order. Throws InvalidParameterValueException for unknown ones, two versions of one, more than five, another
 * region's, and for more than 250 MB unpacked together with the code (spec/lambda-api.md §4.5).
 */
export async function findLayers(
  lambda: Lambda,
  context: OperationContext,
  arns: readonly string[],
  code: StoredCode,
  /** Those that the function has already: they work on after their layer version was deleted. */
  had: readonly UsedLayer[] = [],
): Promise<readonly UsedLayer[]> {
  if (arns.length > 5) throw invalidParameter('Cannot reference more than 5 layers.');
  const seen = new Map<string, string>();
  const used: UsedLayer[] = [];
  for (const arn of arns) {
    const ref = layerRef(arn);
    if (ref && ref.region !== context.region)
      throw invalidParameter(
        `Layers are not in the same region as the function. Layers are expected to be in region ${context.region}.`,
      );
    if (ref && ref.account !== context.account) throw settingNotImplemented('Layers of another account');
    const known = ref && seen.get(ref.layer);
    if (known !== undefined)
      throw invalidParameter(
        `Two different versions of the same layer are not allowed to be referenced in the same function. ${known} and ${arn} are versions of the same layer.`,
      );
    const kept = had.find((layer) => layer.arn === arn);
    const found = kept ?? (ref && (await findLayerVersion(lambda.store.read, ref))?.code);
    if (!ref || !found) throw invalidParameter(`Layer version ${arn} does not exist.`);
    seen.set(ref.layer, arn);
    used.push({ hash: found.hash, size: found.size, unpackedBytes: found.unpackedBytes, arn });
  }
  const total = used.reduce((sum, layer) => sum + layer.unpackedBytes, code.unpackedBytes);
  if (total > UNPACKED_BYTES)
    throw invalidParameter(
      `Function code combined with layers exceeds the maximum allowed size of ${UNPACKED_BYTES} bytes. The actual size is ${total} bytes.`,
    );
  return used;
}
