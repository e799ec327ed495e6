import path from 'node:path';
import type { Platform } from './compose.ts';
import { buildsImages, type Config, loadConfig, type StartOptions, startedByLauncher, startedByNpm } from './config.ts';
import { createLogger, describe, isFailure, type Logger, randomIds, type SecretKey, systemClock } from './kernel/index.ts';
import { loadKeys } from './keys.ts';
import { connectKeeper, type KeeperLink, keeperObstacle, runKeeper } from './sandbox/index.ts';

const installation = path.dirname(import.meta.dirname);
/** What the server must see of this disk: the checkout, or, where this is a package among others, all of them. */
const checkout = path.basename(path.dirname(installation)) === 'node_modules' ? path.dirname(installation) : installation;

/** What the keeper, which may read them, hands to the server, which may not. */
interface Handed {
  readonly config: Config;
  readonly keys: readonly { readonly id: string; readonly key: string }[];
}

/** `dalamb start`: as root on Linux becomes the keeper of a server below it, else is the server, without isolation. */
export async function start(options: StartOptions): Promise<void> {
  if (startedByNpm) endWithParent();
  const config = loadConfig(options);
  const keys = loadKeys(config.keyFile);
  const wanted = config.sandbox.driver !== 'process';
  const obstacle = wanted ? keeperObstacle(config.sandbox.oci_runtime) : 'sandbox.driver is process';
  if (obstacle === undefined) {
    const settings: Handed = { config, keys: keys.map(({ id, key }) => ({ id, key: Buffer.from(key).toString('hex') })) };
    await runKeeper({
      entry: path.join(import.meta.dirname, path.basename(process.argv[1]!)),
      args: [],
      checkout,
      dataDirectory: config.directory,
      uid: config.allowRoot ? 0 : config.sandbox.uid,
      firstUid: config.sandbox.first_uid,
      runtime: config.sandbox.oci_runtime,
      nested: buildsImages(config),
      settings,
      shown: [...config.runtimes.folders, ...(config.npm === undefined ? [] : [config.npm])],
    });
  }
  const logger = loggerOf(config);
  if (config.sandbox.driver === 'oci') return refuse(logger, `sandbox.driver is oci: ${obstacle}`);
  if (process.getuid?.() === 0 && !config.allowRoot && wanted) logger.warn('running as root', { because: obstacle });
  else logger.warn('no keeper, so no isolation', { because: obstacle });
  if (startedByLauncher) process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  await serve(config, keys, logger);
}

const PARENT_MS = 200;

function endWithParent(): void {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, PARENT_MS).unref();
}

/** The server, started by a keeper. */
export async function startKept(): Promise<void> {
  const keeper = await connectKeeper();
  const { config, keys } = keeper.hello.settings as Handed;
  await serve(
    config,
    keys.map(({ id, key }) => ({ id, key: Buffer.from(key, 'hex') })),
    loggerOf(config),
    keeper,
  );
}

async function serve(config: Config, keys: readonly SecretKey[], logger: Logger, keeper?: KeeperLink): Promise<void> {
  const dataDirectory = keeper ? keeper.path(config.directory) : config.directory;
  let platform: Platform;
  const alive = setInterval(() => {}, 2 ** 30); // until the listener keeps this process alive
  try {
    const { compose } = await import('./compose.ts'); // not before: the keeper needs nothing of it
    platform = await compose({
      config,
      installation,
      dataDirectory,
      keys,
      logger,
      clock: systemClock,
      ids: randomIds,
      ...(keeper ? { keeper } : {}),
    });
    await platform.start();
  } catch (error) {
    return refuse(
      logger,
      isFailure(error) && error.code !== 'InternalError' ? `${error.code}: ${error.message}` : describe(error),
    );
  }
  clearInterval(alive);
  stopOnSignals(platform, config, logger);
  const sample = platform.sampleUrl();
  if (sample) process.stderr.write(`\n  Open ${sample}\n\n`);
  process.stdout.write(`dalamb ready at ${platform.url()}\n`);
}

function refuse(logger: Logger, message: string): void {
  logger.error('cannot start', { error: message });
  process.exit(1);
}

function stopOnSignals(platform: Platform, config: Config, logger: Logger): void {
  let stopping = false;
  const stop = (signal: string) => {
    if (stopping) process.exit(1);
    stopping = true;
    logger.info('stopping', { signal });
    platform.stop(AbortSignal.timeout(config.server.drain_seconds * 1000)).then(
      () => process.exit(0),
      (error) => {
        logger.error('stopping failed', { error: describe(error) });
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop(signal));
}

function loggerOf(config: Config): Logger {
  return createLogger((line) => process.stderr.write(line), config.log.level, config.log.format === 'json');
}
