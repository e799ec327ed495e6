import type { Clock, Logger } from './kernel/index.ts';
import { guarded, type KeeperLink, ociDriver, processDriver, type SandboxDriver, type TreeStore } from './sandbox/index.ts';

/** The sandboxes of this machine, guarded: isolated by way of a keeper, or plain processes where there is none. */
export function sandboxDriver(
  keeper: KeeperLink | undefined,
  deps: {
    readonly trees: TreeStore;
    readonly clock: Clock;
    readonly logger: Logger;
    readonly resolver: string | undefined;
    readonly nested: boolean;
  },
): SandboxDriver {
  const { trees, clock, logger, resolver, nested } = deps;
  const isolated = (link: KeeperLink) =>
    ociDriver({ keeper: link, clock, logger, nested, ...(resolver === undefined ? {} : { resolver }) });
  return guarded(keeper ? isolated(keeper) : processDriver({ trees, clock, logger }), clock, trees);
}
