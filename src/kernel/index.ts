export { allRows } from './all-rows.ts';
export { collect, isAscii, MIB, utf8 } from './bytes.ts';
export {
  type ChecksumName,
  checksumBytes,
  checksumNames,
  checksumOf,
  joinCrcs,
  type RunningChecksum,
  runningChecksum,
} from './checksums.ts';
export { type Clock, SET_BACK_MS, setBackWatch, systemClock } from './clock.ts';
export { withDeadline } from './deadline.ts';
export { EncodedJson } from './encoded-json.ts';
export { bug, describe, Failure, type FailureOptions, type Fault, fail, isFailure } from './errors.ts';
export { type Ids, randomIds } from './ids.ts';
export { judgedLookup, type Resolve } from './judged-lookup.ts';
export { inOrder, type Service } from './lifecycle.ts';
export { createLogger, type Logger, type LogLevel, silentLogger } from './logger.ts';
export { type PlatformCode, platformErrors, platformFailure } from './platform-errors.ts';
export { Rounds } from './rounds.ts';
export { createSecretBox, type SecretBox, type SecretKey } from './secret-box.ts';
export {
  type Blobs,
  type Collection,
  type CountRange,
  collection,
  type EventInput,
  type FixedTopicSpec,
  type Index,
  type Key,
  type KeyPart,
  OPEN_LANES,
  type OpenTopicSpec,
  type Page,
  type Position,
  type Range,
  type Reader,
  type StagedBlob,
  type Store,
  type StoredEvent,
  type StoreHealth,
  type StoreSchema,
  type TopicSpec,
  type Transaction,
} from './store-contract.ts';
