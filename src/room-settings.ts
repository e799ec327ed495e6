import type { Config } from './config.ts';
import type { InvokeSettings } from './invoke/index.ts';
import type { LambdaSettings } from './services/lambda/index.ts';

/** What the configuration file means to the room of environments. */
export function invokeSettings({ sandbox, limits, billing }: Config): InvokeSettings {
  return {
    ready: sandbox.ready,
    readyAtStart: [],
    memoryMiB: limits.memory_mib,
    freezeAfterMs: sandbox.freeze_after_ms,
    idleMs: sandbox.idle_seconds * 1000,
    billInit: billing.init,
  };
}

/** AWS's default of what can never be reserved; a small account keeps a tenth of what it has. */
const UNRESERVED = 100;
/** AWS's quota for the code of an account in a region: 75 GB. */
const CODE_STORAGE_BYTES = 80_530_636_800;

/** What it means to the service Lambda. */
export function lambdaSettings({ limits, egress }: Config): LambdaSettings {
  const concurrency = limits.concurrent_executions;
  return {
    architecture: process.arch === 'arm64' ? 'arm64' : 'x86_64',
    maxWaitMs: limits.wait_ms,
    concurrency,
    unreservedConcurrency: Math.min(UNRESERVED, Math.ceil(concurrency / 10)),
    codeStorageBytes: CODE_STORAGE_BYTES,
    egress: { enabled: egress.enabled, allow: egress.allow, deny: egress.deny },
    urlDomain: 'localhost',
  };
}
