import { allRows, isFailure, platformFailure } from '../../kernel/index.ts';
import {
  builtImage,
  functionName,
  imageRepository,
  type Operate,
  ownImageUri,
  type Place,
  type Process,
} from '../../model/index.ts';
import { devStages, imageStages, releases, type StoredStage } from '../collections.ts';
import type { PaasPorts } from '../ports.ts';
import { functionOf } from './functions.ts';

/** A build that is not released within this time is taken to have been for nothing: a plan, or a release that failed. */
const GRACE_MS = 60 * 60_000;
const A_PAGE = 1000;
/** Of BatchDeleteImage. */
const AT_ONCE = 100;

export interface Bringing {
  readonly app: string;
  readonly to: Place;
  readonly commit: string | undefined;
}

/** Processes as they run in another environment, which gets the images that were built for them. Rejects with ReleaseFailed when one is gone. */
export async function bringImages(
  { copyImage, store }: Pick<PaasPorts, 'copyImage' | 'store'>,
  { app, to, commit }: Bringing,
  processes: readonly Process[],
): Promise<readonly Process[]> {
  const repository = { ...to, repository: imageRepository(app) };
  const bring = async (process: Process): Promise<Process> => {
    const { code } = process;
    const from = code.kind === 'image' ? builtImage(app, code.uri) : undefined;
    if (!from) return process;
    await store.transact((tx) => tx.put(imageStages, { app, account: to.account }));
    if (!(await copyImage(from, { ...repository, ...(commit !== undefined && { tag: commit }) })))
      throw platformFailure(
        'ReleaseFailed',
        `the image of ${process.name} is not in the registry any more: push again, then promote`,
      );
    return { ...process, code: { kind: 'image', uri: ownImageUri(repository, from.digest) } };
  };
  const brought: Process[] = [];
  for (const process of processes) brought.push(await bring(process));
  return brought;
}

/** Deletes the images that were built for a stage and that neither a release nor development needs. */
export async function pruneImages(
  ports: Pick<PaasPorts, 'store' | 'clock' | 'operateAt'>,
  stage: Pick<StoredStage, 'app' | 'account' | 'region'>,
): Promise<void> {
  if (!(await ports.store.read.get(imageStages, [stage.app, stage.account]))) return;
  const operate = ports.operateAt(stage);
  const old = (await imagesOf(operate, stage.app)).filter(({ pushed }) => pushed < ports.clock.now() - GRACE_MS);
  if (old.length === 0) return;
  const named = await namedBy(ports, stage, operate);
  await deleteImages(
    operate,
    stage.app,
    old.flatMap(({ digest }) => (named.has(digest) ? [] : [digest])),
  );
}

/** Deletes all of them, with their repository. */
export async function removeImages(
  { store, operateAt }: Pick<PaasPorts, 'store' | 'operateAt'>,
  stage: Pick<StoredStage, 'app' | 'account' | 'region'>,
): Promise<void> {
  const { app, account } = stage;
  if (!(await store.read.get(imageStages, [app, account]))) return;
  await ifThere(() => operateAt(stage)('ecr', 'DeleteRepository', { repositoryName: imageRepository(app), force: true }));
  await store.transact((tx) => tx.delete(imageStages, [app, account]));
}

async function imagesOf(operate: Operate, app: string): Promise<readonly { readonly digest: string; readonly pushed: number }[]> {
  const found: { digest: string; pushed: number }[] = [];
  for (let nextToken: string | undefined; ; ) {
    const page = await ifThere(() =>
      operate<{
        readonly imageDetails?: readonly { readonly imageDigest: string; readonly imagePushedAt: Date }[];
        readonly nextToken?: string;
      }>('ecr', 'DescribeImages', { repositoryName: imageRepository(app), maxResults: A_PAGE, ...(nextToken && { nextToken }) }),
    );
    for (const { imageDigest, imagePushedAt } of page?.imageDetails ?? [])
      found.push({ digest: imageDigest, pushed: new Date(imagePushedAt).getTime() });
    nextToken = page?.nextToken;
    if (nextToken === undefined) return found;
  }
}

async function namedBy(
  { store: { read } }: Pick<PaasPorts, 'store'>,
  { app, account }: Pick<StoredStage, 'app' | 'account'>,
  operate: Operate,
): Promise<ReadonlySet<string>> {
  const known = await allRows(read, releases, { prefix: [app, account] });
  const codes = known.flatMap(({ contents }) => contents.processes.map(({ code }) => code));
  const named = new Set(codes.flatMap((code) => (code.kind === 'image' ? (builtImage(app, code.uri)?.digest ?? []) : [])));
  for (const process of (await read.get(devStages, [app, account]))?.processes ?? [])
    named.add(`sha256:${(await functionOf(operate, functionName(app, process)))?.CodeSha256}`);
  return named;
}

async function deleteImages(operate: Operate, app: string, digests: readonly string[]): Promise<void> {
  for (let from = 0; from < digests.length; from += AT_ONCE) {
    const imageIds = digests.slice(from, from + AT_ONCE).map((imageDigest) => ({ imageDigest }));
    await ifThere(() => operate('ecr', 'BatchDeleteImage', { repositoryName: imageRepository(app), imageIds }));
  }
}

/** Undefined: there is no such repository, for nothing was built. */
async function ifThere<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (isFailure(error, 'RepositoryNotFoundException')) return undefined;
    throw error;
  }
}
