import { Failure, type FailureOptions } from './errors.ts';

/**
 * The catalogue of dalamb's own error codes (AWS's codes belong to their services). Codes are never reused; `docs/errors.md` lists them
 * and a test ties the two together. status is HTTP's.
 */
export const platformErrors = {
  StoreFull: { status: 507, text: 'the disk is full: writes are refused until there is room, reads go on' },
  StoreClosed: { status: 503, text: 'the store is closed' },
  StoreCorrupt: { status: 500, text: 'stored data failed its checksum' },
  StoreLocked: { status: 500, text: 'another process has this data directory open' },
  StoreBehind: { status: 500, text: 'the database holds less than was acknowledged' },
  StoreTooNew: { status: 500, text: 'the data directory was written by a newer version' },
  BlobMissing: { status: 500, text: 'a stored content is not there' },
  SecretUnreadable: { status: 500, text: 'a stored secret cannot be read' },
  SandboxUnavailable: { status: 503, text: 'no sandbox could be started' },
  SandboxIllegal: { status: 500, text: 'a sandbox command that its state does not allow' },
  KeeperRefused: { status: 500, text: 'the keeper refused a command' },
  InvalidArchive: { status: 400, text: 'the archive cannot be unpacked' },
  ArchiveTooLarge: { status: 400, text: 'the archive is larger than allowed when unpacked' },
  ConfigInvalid: { status: 500, text: 'the configuration cannot be used' },
  ForeignOrigin: { status: 403, text: 'requests from foreign web pages are refused' },
  ForeignHost: { status: 421, text: 'the Host header names another server' },
  TargetMissing: { status: 404, text: 'the target does not exist' },
  TargetRefused: { status: 403, text: 'the target does not permit this' },
  TargetInvalid: { status: 400, text: 'the target can never take this' },
  TargetBusy: { status: 503, text: 'the target cannot take this now' },
  NoSuchThing: { status: 404, text: 'no such thing' },
  NoSuchRoute: { status: 404, text: 'no such path in the control API' },
  TokenRequired: { status: 401, text: 'the control API needs a token here' },
  GitFailed: { status: 500, text: 'git failed' },
  GitBusy: { status: 503, text: 'too many pushes or fetches at a time' },
  FetchFailed: { status: 502, text: 'the other repository cannot be fetched' },
  ReportFailed: { status: 502, text: 'the repository’s host cannot be told' },
  PushRefused: { status: 403, text: 'this push is refused' },
  TreeRefused: { status: 400, text: 'this commit cannot be released' },
  InvalidRequest: { status: 400, text: 'the request is refused' },
  NotImplemented: { status: 501, text: 'this is not implemented' },
  NameTaken: { status: 409, text: 'this name is taken' },
  BuildFailed: { status: 422, text: 'the build failed' },
  ReleaseFailed: { status: 422, text: 'the release failed, and all is as it was' },
  ReleaseUnderWay: { status: 409, text: 'another release of this application is under way here' },
  DeadlineExceeded: { status: 504, text: 'it took longer than allowed' },
  InternalError: { status: 500, text: 'a defect in dalamb' },
} as const;

export type PlatformCode = keyof typeof platformErrors;

/** Builds one of dalamb's own failures; detail is appended to the catalogue's text. */
export function platformFailure(code: PlatformCode, detail?: string, options: FailureOptions = {}): Failure {
  const entry = platformErrors[code];
  return new Failure(code, detail ? `${entry.text}: ${detail}` : entry.text, { status: entry.status, ...options });
}
