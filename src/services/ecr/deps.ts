import type { Clock, Ids, Logger, SecretBox, Store } from '../../kernel/index.ts';
import type { Authorize, FindKey, MayConnect, UnpackLayer } from '../../model/index.ts';

/** What the service needs from outside. */
export interface EcrDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly box: Pick<SecretBox, 'seal' | 'open'>;
  readonly authorize: Authorize;
  readonly findKey: FindKey;
  readonly unpackLayer: UnpackLayer;
  readonly mayConnect: MayConnect;
  readonly settings: EcrSettings;
}

export interface EcrSettings {
  readonly mode: 'local' | 'strict';
  /** TLS ends at a proxy in front. */
  readonly behindProxy: boolean;
  /** `HOST:PORT`, by which this platform can be reached. */
  readonly address: () => string;
  /** Whether `HOST[:PORT]` is this platform. */
  readonly isOwnHost: (host: string) => boolean;
  /** Registries, `HOST[:PORT]`, that are spoken to without TLS, wherever they are. */
  readonly insecure: readonly string[];
  /** Bytes of one layer or archive; bytes of what was fetched from other registries and is kept. */
  readonly layerBytes: number;
  readonly cacheBytes: number;
}
