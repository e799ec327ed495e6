import type { PrepareImage, ResolveImage } from './model/index.ts';
import { settingNotImplemented } from './model/index.ts';
import type { SandboxDriver } from './sandbox/index.ts';

interface Images {
  readonly resolveImage: ResolveImage;
  readonly prepareImage: PrepareImage;
}

/** Container images of functions where sandboxes can have them for a root; elsewhere both refuse by name. The registry is asked for late. */
export function imagePorts({ features }: SandboxDriver, registry: () => Images): Images {
  const refuse = async () => {
    throw settingNotImplemented('PackageType Image on a machine without isolated sandboxes');
  };
  if (!features.images) return { resolveImage: refuse, prepareImage: refuse };
  return {
    resolveImage: (place, uri) => registry().resolveImage(place, uri),
    prepareImage: (place, uri) => registry().prepareImage(place, uri),
  };
}
