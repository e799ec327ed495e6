import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import tar from 'tar-stream';
import { fail, isFailure, MIB, platformFailure } from '../../kernel/index.ts';
import { imageRepository, type OwnRepository, ownImageUri, parseImageReference, placeOfEcrHost } from '../../model/index.ts';
import { builtImages, imageStages, stages } from '../collections.ts';
import type { Job } from './build.ts';
import { keyOf } from './cache.ts';
import type { BuildPorts, BuildRuntime, BuildSettings } from './ports.ts';
import { openPullDoor, PULL_ADDRESS } from './pull-door.ts';
import { buildFailed } from './refusals.ts';
import { runSandboxed, type Step, type Work } from './sandboxed.ts';
import type { Spool, Tree } from './trees.ts';

/** Changes when the same Dockerfile becomes another image here. */
const EDITION = 1;
const KEEP_MS = 30 * 24 * 60 * 60_000;
const AT_ONCE = 100;
/** Names that are looked for at the top, in order: as buildah and podman do. */
const NAMES = ['Containerfile', 'Dockerfile'];
const EPOCH = '315532800'; // 1980-01-01, as in zips
const LARGEST = MIB;
const MOST_HOSTS = 20;

/** The Dockerfile at the top; undefined: there is none. */
export function dockerfileOf(tree: Tree): string | undefined {
  return NAMES.find((name) => tree.get(name)?.kind === 'file');
}

export interface Imaging {
  readonly app: string;
  readonly account: string;
  readonly commit: string | undefined;
  readonly tree: Tree;
  readonly file: string;
  /** Values of ARG. */
  readonly args: Readonly<Record<string, string>>;
}

/**
 * Builds an image with buildah, in a nested sandbox (docs/decisions/0017), once for the same files and arguments, and puts it into the
 * environment's repository of the application. Resolves to how it is named for good. Rejects with BuildFailed, NotImplemented.
 */
export async function buildImage(job: Job, imaging: Imaging): Promise<string> {
  const { workshop, line } = job;
  const { tree, file } = imaging;
  checkAbility(workshop);
  const own = await ownHosts(tree, file);
  const to = await repositoryOf(workshop, imaging);
  const key = imageKey(imaging, own);
  const known = await workshop.store.read.get(builtImages, [key]);
  if (known && (await workshop.copyImage(known, to))) {
    line(`the image is as it was: ${file} is not built again (${known.digest.slice(7, 19)})`);
    return ownImageUri(to, known.digest);
  }
  line(`building the image of ${file}`);
  const digest = await makeImage(job, { ...imaging, own }, to);
  await note(workshop, { ...to, key, digest });
  line(`made the image ${digest.slice(7, 19)}`);
  return ownImageUri(to, digest);
}

function checkAbility({ settings, driver }: BuildPorts): void {
  const refuse = (why: string) =>
    fail('NotImplemented', `images of Dockerfiles are not built here, for ${why}`, { status: 501, fault: 'caller' });
  if (!settings.dockerfile) throw refuse('[build] dockerfile is false in the configuration of the platform');
  if (!driver.features.nested) throw refuse('that needs isolated sandboxes by runc, which the platform has as root on Linux');
}

/**
 * The hosts by which a Dockerfile names this platform's own registry, `ACCOUNT.dkr.ecr.REGION.amazonaws.com`. Rejects with BuildFailed for what is no
 * file: a link could lead anywhere in the builder, which holds nothing of anybody, but what is meant by it nobody knows.
 */
async function ownHosts(tree: Tree, file: string): Promise<readonly string[]> {
  const entry = tree.get(file);
  if (entry?.kind !== 'file') throw buildFailed(`dalamb.toml: build.dockerfile: there is no file ${file}`);
  if (entry.size > LARGEST) throw buildFailed(`${file} has more than ${LARGEST} bytes`);
  const text = (await entry.read()).toString();
  for (const line of text.split('\n')) {
    const base = /^\s*FROM\s+(?:--\S+\s+)*(\S+)/i.exec(line.slice(0, 1000))?.[1] ?? '';
    const { host = '' } = parseImageReference(base) ?? {};
    if (/^(?:localhost|127\.[0-9.]+|\[::1\])(?::|$)/.test(host))
      throw buildFailed(
        `${file}: FROM ${base}: in a builder that is the builder; images of this platform are ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME`,
      );
  }
  const hosts = text.match(/\b\d{12}\.dkr\.ecr\.[a-z0-9-]{1,32}\.amazonaws\.com\b/g) ?? [];
  const own = [...new Set(hosts)].filter((host) => placeOfEcrHost(host));
  if (own.length > MOST_HOSTS) throw buildFailed(`${file} names more than ${MOST_HOSTS} registries of this platform`);
  return own;
}

type To = OwnRepository & { readonly tag?: string };

async function repositoryOf({ store }: BuildPorts, { app, account, commit }: Imaging): Promise<To> {
  const stage = await store.read.get(stages, [app, account]);
  if (!stage) throw platformFailure('NoSuchThing', `application ${app} in environment ${account}`);
  await store.transact((tx) => tx.put(imageStages, { app, account }));
  return { account, region: stage.region, repository: imageRepository(app), ...(commit !== undefined && { tag: commit }) };
}

/** What is of this platform's registry only those get again who may have it. */
function imageKey({ tree, file, args, account }: Imaging, own: readonly string[]): string {
  const files = [...tree.values()].map(({ path, kind, executable, sha256 }) => `${path} ${kind} ${executable} ${sha256}`).sort();
  return keyOf({ image: EDITION, arch: process.arch, file, args, files, ...(own.length > 0 && { account }) });
}

async function makeImage(
  { workshop, line, signal, waits }: Job,
  imaging: Imaging & { readonly own: readonly string[] },
  to: To,
): Promise<string> {
  const door = openPullDoor(workshop.pullImage, imaging);
  const work = { ...workOf(imaging, workshop.settings), ...(imaging.own.length > 0 && { serve: door.take }) };
  const spool = await workshop.leases.hold({ signal, waits }, (held) =>
    runSandboxed(work, { ports: workshop, line, signal: held }).finally(() => door.close()),
  );
  try {
    const { digest } = await workshop.keepImage(to, archiveOf(spool));
    return digest;
  } catch (error) {
    throw isFailure(error, 'InvalidImage') ? buildFailed(`what buildah made is no image: ${error.message}`) : error;
  } finally {
    await spool.close();
  }
}

/** The last image that was built of the same lies there; what nobody built for a month is forgotten. */
async function note(
  { store, clock }: BuildPorts,
  { tag: _, ...image }: To & { readonly key: string; readonly digest: string },
): Promise<void> {
  const now = clock.now();
  await store.transact(async (tx) => {
    await tx.put(builtImages, { ...image, until: now + KEEP_MS });
    const { items } = await tx.range(builtImages, { index: 'until', to: [now], limit: AT_ONCE });
    for (const { key } of items) await tx.delete(builtImages, [key]);
  });
}

const NO_RUNTIME: BuildRuntime = { name: 'image', version: '', mounts: [] };
const BUILDAH =
  'buildah is not installed where builders see it: install it on the platform’s machine (Debian: apt-get install buildah)';
const POLICY = '{"default":[{"type":"insecureAcceptAnything"}]}'; // whom to trust is what [build] allow and digests say

/** What buildah is told, in words of its own that nothing of the host or the repository adds to. */
const SCRIPT = `set -e
file=$1; shift
at=$HOME/buildah
mkdir -p "$at"
printf '%s' "$POLICY" >"$at/policy.json"
printf '%s' "$REGISTRIES" >"$at/registries.conf"
printf '[storage]\\ndriver = "vfs"\\nrunroot = "%s/run"\\ngraphroot = "%s/storage"\\n' "$at" "$at" >"$at/storage.conf"
export CONTAINERS_REGISTRIES_CONF="$at/registries.conf" CONTAINERS_STORAGE_CONF="$at/storage.conf"
buildah --short-name-alias-conf "$at/aliases.conf" build --isolation chroot --layers=false --signature-policy "$at/policy.json" --timestamp ${EPOCH} --iidfile "$at/id" "$@" --file "./$file" .
buildah push --quiet --signature-policy "$at/policy.json" "$(cat "$at/id")" oci:/tmp/image:built`;

function workOf(
  { tree, file, args, own }: Imaging & { readonly own: readonly string[] },
  { imageMiB, insecure }: BuildSettings,
): Work {
  const words = Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
  const step: Step = {
    say: `buildah build ${file}`,
    argv: ['/bin/sh', '-c', SCRIPT, 'sh', file, ...words],
    env: { POLICY, REGISTRIES: registriesText(insecure, own) },
    needs: { probe: ['buildah', '--version'], hint: BUILDAH },
  };
  return {
    files: [tree],
    steps: () => [step],
    collect: [{ from: '../image', to: '' }],
    runtime: NO_RUNTIME,
    nested: true,
    most: imageMiB * MIB,
  };
}

function registriesText(insecure: readonly string[], own: readonly string[]): string {
  const ours = own.map((host) => {
    const { account, region } = placeOfEcrHost(host)!;
    return `[[registry]]\nprefix = ${JSON.stringify(host)}\nlocation = "${PULL_ADDRESS}/${account}/${region}"\ninsecure = true\n`;
  });
  const plain = insecure.map((host) => `[[registry]]\nlocation = ${JSON.stringify(host)}\ninsecure = true\n`);
  return ['unqualified-search-registries = ["docker.io"]\nshort-name-mode = "disabled"\n', ...plain, ...ours].join('');
}

/** The layout as a tar, piece by piece. */
async function* archiveOf(spool: Spool): AsyncGenerator<Uint8Array> {
  const pack = tar.pack();
  const fill = async () => {
    for (const entry of spool.tree.values()) {
      if (entry.kind !== 'file') continue;
      const to = pack.entry({ name: entry.path, size: entry.size });
      await pipeline(Readable.from(spool.content(entry), { objectMode: false }), to as never);
    }
    pack.finalize();
  };
  const filling = fill();
  filling.catch((error) => pack.destroy(error));
  yield* pack as AsyncIterable<Uint8Array>;
  await filling;
}
