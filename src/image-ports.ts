import { platformFailure } from './kernel/index.ts';
import type { PrepareImage, ResolveImage } from './model/index.ts';
import type { SandboxDriver } from './sandbox/index.ts';

/** Container images of functions, where sandboxes can have them for a root. No registry is part of this platform yet: both refuse by name. */
export function imagePorts({ features }: SandboxDriver): {
  readonly resolveImage: ResolveImage;
  readonly prepareImage: PrepareImage;
} {
  const why = features.images ? 'PackageType Image' : 'PackageType Image on a machine without isolated sandboxes';
  const refuse = async () => {
    throw platformFailure('NotImplemented', why, { fault: 'caller' });
  };
  return { resolveImage: refuse, prepareImage: refuse };
}
