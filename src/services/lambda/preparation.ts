import { describe, isFailure, type Service } from '../../kernel/index.ts';
import { failed, functionArn, isUnsettled, type Place, type Reason, ready } from '../../model/index.ts';
import {
  type Edition,
  functions,
  type Preparation,
  preparations,
  type StoredFunction,
  type StoredImage,
  versions,
} from './collections.ts';
import type { Lambda } from './deps.ts';
import { release } from './editions.ts';
import { expectKnown } from './expected.ts';
import { checkExecutionRole, unpack } from './receive-code.ts';
import { fetchImage, imageReason } from './receive-image.ts';

const ATTEMPTS = 5;
const FIRST_RETRY_MS = 500;

/** The background work that turns Pending into Active and InProgress into Successful (spec/lambda-api.md §4.3). */
export interface Preparer extends Service {
  readonly soon: (place: Place, name: string) => void;
  /** Resolves when nothing is under way. */
  readonly idle: () => Promise<void>;
}

/** start takes up what a former run of the process left unprepared. lambda is asked for late, for it holds what is made here. */
export function createPreparer(lambda: () => Lambda): Preparer {
  const running = new Set<Promise<void>>();
  const cancels = new Set<() => void>();
  let stopped = false;
  const begin = (job: Promise<void>) => {
    const guarded = job.catch((error) => lambda().logger.error('a preparation failed', { error }));
    running.add(guarded);
    guarded.finally(() => running.delete(guarded));
  };
  const later = (ms: number, fn: () => void) => {
    const cancel = lambda().clock.after(ms, () => {
      cancels.delete(cancel);
      fn();
    });
    cancels.add(cancel);
  };
  const attempt = async (key: [string, string, string], number: number): Promise<void> => {
    const job = await lambda().store.read.get(preparations, key);
    if (!job || stopped) return;
    const outcome = await prepare(lambda(), job);
    if (outcome === 'again' && number < ATTEMPTS) {
      if (!stopped) later(FIRST_RETRY_MS * 2 ** number, () => begin(attempt(key, number + 1)));
      return;
    }
    await settle(lambda(), job, outcome === 'again' ? internalError : outcome);
  };
  const soon = ({ account, region }: Place, name: string) => begin(attempt([account, region, name], 0));
  return {
    soon,
    idle: async () => {
      while (running.size > 0) await Promise.all(running);
    },
    async start() {
      stopped = false;
      begin(expectKnown(lambda()));
      for (let after: readonly (string | number)[] | undefined = []; after !== undefined; ) {
        const page: { items: Preparation[]; next?: readonly (string | number)[] } = await lambda().store.read.range(
          preparations,
          {
            limit: 1000,
            ...(after.length > 0 ? { after } : {}),
          },
        );
        for (const job of page.items) soon(job, job.name);
        after = page.next;
      }
    },
    async stop() {
      stopped = true;
      for (const cancel of cancels) cancel();
      cancels.clear();
      await Promise.all(running);
    },
  };
}

const internalError: Reason = { code: 'InternalError', text: 'The function could not be prepared. Please try again.' };

/** Undefined when all is ready, a reason when it never will be, `again` when the platform could not do it now. */
async function prepare(lambda: Lambda, job: Preparation): Promise<Reason | 'again' | undefined> {
  const fn = await lambda.store.read.get(functions, [job.account, job.region, job.name]);
  if (!fn) return undefined;
  try {
    await checkExecutionRole(lambda, fn.latest.settings.role);
  } catch (error) {
    return judged(lambda, error, 'InsufficientRolePermissions');
  }
  const { image } = fn.latest;
  if (image) return fetched(lambda, fn, image);
  try {
    for (const code of [fn.latest.code, ...fn.latest.layers]) await unpack(lambda, code.hash);
    return undefined;
  } catch (error) {
    return judged(lambda, error, 'InvalidZipFileException');
  }
}

async function fetched(lambda: Lambda, place: Place, image: StoredImage): Promise<Reason | 'again' | undefined> {
  try {
    await fetchImage(lambda, place, image);
    return undefined;
  } catch (error) {
    return imageReason(error) ?? judged(lambda, error, 'InvalidImage');
  }
}

function judged(lambda: Lambda, error: unknown, code: string): Reason | 'again' {
  if (isFailure(error) && error.fault === 'caller') return { code, text: error.message };
  lambda.logger.warn('a function could not be prepared', { error: describe(error) });
  return 'again';
}

/** Writes how it went, unless the function was changed or deleted meanwhile; then lets go what no longer runs. */
async function settle(lambda: Lambda, job: Preparation, reason: Reason | undefined): Promise<void> {
  const key = [job.account, job.region, job.name];
  const revision = lambda.ids.uuid();
  const settled = await lambda.store.transact(async (tx) => {
    const [fn, current] = [await tx.get(functions, key), await tx.get(preparations, key)];
    if (current?.identity !== job.identity) return undefined;
    await tx.delete(preparations, key);
    if (!fn) return undefined;
    const latest = { ...fn.latest, revision, state: reason ? failed(fn.latest.state, reason) : ready };
    const after: StoredFunction = { ...fn, latest };
    if (fn.live && !reason) await release(lambda, tx, fn, fn.live);
    await tx.put(functions, reason ? after : without(after));
    const version = fn.counter > 0 ? await tx.get(versions, [...key, fn.counter]) : undefined;
    if (version && isUnsettled(version.edition.state)) {
      const edition: Edition = { ...version.edition, state: reason ? failed(version.edition.state, reason) : ready };
      await tx.put(versions, { ...version, edition });
    }
    return after;
  });
  if (!settled || reason) return;
  const { identity, settings } = settled.latest;
  lambda.expect(settings.runtime, settings.memoryMiB);
  lambda.retire(functionArn(job.region, job.account, job.name), identity, '$LATEST');
}

function without(fn: StoredFunction): StoredFunction {
  const { live: _, ...rest } = fn;
  return rest;
}
