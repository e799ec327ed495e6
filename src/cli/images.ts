import { openAsBlob } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { fail } from '../kernel/index.ts';
import type { ImagePushed } from '../model/index.ts';
import type { Stage } from './stage.ts';

export function addImages(program: Command, stage: Stage): void {
  const images = program.command('images').description('container images of the environment');
  images
    .command('push')
    .description('put an image into a repository, which is made if need be')
    .argument('<archive>', 'file of docker save, skopeo or buildah (docker-archive or OCI archive)')
    .argument('<name>', 'NAME[:TAG]', nameAndTag)
    .action(async (archive: string, to: NameAndTag) => {
      const content = await opened(archive);
      const pushed = await stage.api().put<ImagePushed>(`/images/${encodeURIComponent(to.name)}`, content, { tag: to.tag });
      stage.answer(pushed, ({ uri, digest }) => `${uri}\n${digest}\n`);
    });
}

interface NameAndTag {
  readonly name: string;
  readonly tag: string;
}

function nameAndTag(text: string): NameAndTag {
  const [, name, tag = 'latest'] = /^([a-z0-9][a-z0-9._/-]*)(?::([A-Za-z0-9_][\w.-]*))?$/.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError('a name like team/app:1');
  return { name, tag };
}

async function opened(file: string): Promise<Blob> {
  try {
    return await openAsBlob(file);
  } catch (error) {
    throw fail('NoSuchFile', `${file} cannot be read: ${(error as Error).message}`);
  }
}
