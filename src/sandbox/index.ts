export type {
  Assignment,
  Egress,
  Exit,
  Limits,
  ListenerName,
  Process,
  Sandbox,
  SandboxDriver,
  SandboxEvents,
  SandboxFeatures,
  SandboxSpec,
  Tickets,
  TmpVolume,
} from './contract.ts';
export { createMayConnect } from './egress/may-connect.ts';
export { guarded } from './guard.ts';
export { connectKeeper, underKeeper } from './keeper/connect.ts';
export type { KeeperLink } from './keeper/link.ts';
export { type KeeperOptions, keeperObstacle, runKeeper } from './keeper/run.ts';
export { type SpawnKeeperOptions, spawnKeeper } from './keeper/spawn.ts';
export { type OciDriverOptions, ociDriver } from './oci/driver.ts';
export { placeOf } from './place.ts';
export { type ProcessDriverOptions, processDriver } from './process/driver.ts';
export type { TreeFile } from './tree-patch.ts';
export { createTrees, type TreeOptions, type TreeStore } from './trees.ts';
