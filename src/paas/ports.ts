import type { Clock, Ids, Logger, SecretBox, Store } from '../kernel/index.ts';
import type {
  Audit,
  BuildSource,
  CopyImage,
  DebuggerConnection,
  DebuggerOf,
  FindEnvironment,
  OperateAt,
  Place,
  PlaceSource,
  PointAliases,
  RemoveSource,
  RequireRole,
  Retire,
  RewindMapping,
} from '../model/index.ts';
import type { TreeStore } from '../sandbox/index.ts';

/** Environments of functions when versions change (invoke). */
export interface Handover {
  /**
   * Starts some of a version that is about to take over, as many as are in use and at least so many. Resolves to what the function's initialisation
   * failed with. Rejects when there is no such version.
   */
  readonly warm: (place: Place, name: string, version: string, least: number) => Promise<string | undefined>;
  readonly retire: Retire;
}

/** As model's Debuggers. Reject when there is no such function. */
export interface DebuggersByName {
  readonly find: (place: Place, name: string) => Promise<DebuggerOf>;
  readonly connect: (place: Place, name: string) => Promise<DebuggerConnection>;
}

/** What applications and their releases need from outside. */
export interface PaasPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly secrets: SecretBox;
  readonly operateAt: OperateAt;
  readonly pointAliases: PointAliases;
  readonly rewindMapping: RewindMapping;
  readonly placeSource: PlaceSource;
  readonly removeSource: RemoveSource;
  readonly build: BuildSource;
  /** Images of this platform's own registry, for other environments. */
  readonly copyImage: CopyImage;
  readonly audit: Audit;
  readonly requireRole: RequireRole;
  /** As people reach the platform, `https://dalamb.example`. */
  readonly publicUrl: () => string;
  readonly findEnvironment: FindEnvironment;
  /** Makes the tree of a zip out of that of another (sandbox); absent where trees cannot lie over each other. */
  readonly deriveTree?: TreeStore['derive'];
  /** Absent: environments come with calls, and go when they are idle. */
  readonly handover?: Handover;
  /** Debuggers of functions' `$LATEST`, by name (invoke); absent: there are none. */
  readonly debuggers?: DebuggersByName;
}
