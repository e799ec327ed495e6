import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { platformFailure } from '../../kernel/index.ts';

const run = promisify(execFile);

/** A file system of its own in a sparse file, mounted: the /tmp of one sandbox (or of several, one after another). */
export interface Volume {
  readonly name: string;
  readonly mib: number;
  readonly directory: string;
  /** The range of user ids that its files belong to, once a sandbox had it. */
  owner: number | undefined;
}

const POOL_MIB = 512;
const POOL = 4;
const MOUNT = 'loop,nosuid,nodev,noatime';

/** Makes, keeps ready and removes volumes. Images lie where only root can reach them; a copy of a prepared one takes some ms. */
export class Volumes {
  readonly #images: string;
  readonly #mounts: string;
  readonly #templates = new Map<number, Promise<string>>();
  readonly #ready: Volume[] = [];
  #made = 0;
  #filling = false;
  #closed = false;

  constructor(images: string, mounts: string) {
    this.#images = images;
    this.#mounts = mounts;
    fs.mkdirSync(images, { recursive: true, mode: 0o700 });
    fs.mkdirSync(mounts, { recursive: true, mode: 0o711 });
  }

  async take(mib: number): Promise<Volume> {
    const ready = mib === POOL_MIB ? this.#ready.pop() : undefined;
    void this.fill();
    return ready ?? (await this.#make(mib));
  }

  /** Brings the pool to its size, one after another; failures show when a volume is taken. */
  async fill(): Promise<void> {
    if (this.#filling) return;
    this.#filling = true;
    try {
      while (this.#ready.length < POOL && !this.#closed) this.#ready.push(await this.#make(POOL_MIB));
    } catch {
    } finally {
      this.#filling = false;
    }
  }

  async remove(volume: Volume): Promise<void> {
    await run('umount', [volume.directory]).catch(() => run('umount', ['-l', volume.directory]));
    fs.rmdirSync(volume.directory);
    fs.rmSync(this.#image(volume.name));
  }

  close(): void {
    this.#closed = true;
  }

  #image(name: string): string {
    return path.join(this.#images, `${name}.img`);
  }

  async #make(mib: number): Promise<Volume> {
    const name = `v${++this.#made}`;
    const directory = path.join(this.#mounts, name);
    try {
      await run('cp', ['--sparse=always', '--reflink=auto', await this.#template(mib), this.#image(name)]);
      fs.mkdirSync(directory);
      await mountImage(this.#image(name), directory);
      return { name, mib, directory, owner: undefined };
    } catch (error) {
      fs.rmSync(directory, { recursive: true, force: true });
      fs.rmSync(this.#image(name), { force: true });
      throw platformFailure('SandboxUnavailable', `no volume for /tmp: ${(error as Error).message}`);
    }
  }

  #template(mib: number): Promise<string> {
    let template = this.#templates.get(mib);
    if (template === undefined) {
      template = this.#makeTemplate(mib);
      template.catch(() => this.#templates.delete(mib));
      this.#templates.set(mib, template);
    }
    return template;
  }

  async #makeTemplate(mib: number): Promise<string> {
    const image = path.join(this.#images, `template-${mib}.img`);
    const directory = path.join(this.#images, `template-${mib}`);
    fs.writeFileSync(image, '', { mode: 0o600 });
    fs.truncateSync(image, mib * 1024 * 1024);
    const extended = 'lazy_itable_init=1,nodiscard';
    await run('mkfs.ext4', ['-q', '-F', '-O', '^has_journal,^resize_inode', '-E', extended, '-m', '0', image]);
    fs.mkdirSync(directory);
    await mountImage(image, directory);
    fs.rmdirSync(path.join(directory, 'lost+found'));
    fs.chmodSync(directory, 0o1777);
    await run('umount', [directory]);
    fs.rmdirSync(directory);
    return image;
  }
}

/** Two programs that look for a free loop device at the same time may both find the same one: the loser tries again. */
async function mountImage(image: string, directory: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await run('mount', ['-o', MOUNT, image, directory]);
      return;
    } catch (error) {
      if (tries >= 3) throw error;
    }
  }
}
