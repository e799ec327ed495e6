import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { bug, platformFailure, type SecretBox } from '../../kernel/index.ts';
import type { Ssh2 } from './ssh.ts';

export interface HostKey {
  /** Of an ed25519 key, in OpenSSH's form. */
  readonly private: string;
  /** `SHA256:…`, as ssh shows it. */
  readonly fingerprint: string;
}

const PURPOSE = 'paas.git.host-key';
const TRIES = 5;

/** The key by which clients know this server again: made once, kept sealed in one file. Rejects with SecretUnreadable. */
export async function loadHostKey(file: string, box: SecretBox, ssh2: Ssh2): Promise<HostKey> {
  const sealed = await fs.readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (sealed === undefined) return make(file, box, ssh2);
  const key = box.open(sealed.trim(), PURPOSE);
  if (key === undefined) throw platformFailure('SecretUnreadable', `${file} (the host key of SSH)`);
  return facts(key, ssh2) ?? Promise.reject(platformFailure('SecretUnreadable', `${file} holds no host key`));
}

async function make(file: string, box: SecretBox, ssh2: Ssh2): Promise<HostKey> {
  const key = generate(ssh2);
  const next = path.join(path.dirname(file), `.new-${path.basename(file)}`);
  const handle = await fs.open(next, 'w', 0o600);
  try {
    await handle.writeFile(`${box.seal(key.private, PURPOSE)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await fs.rename(next, file);
  return key;
}

/** Now and then the package writes a key that it cannot read again. */
function generate(ssh2: Ssh2): HostKey {
  for (let tries = 0; tries < TRIES; tries++) {
    const key = facts(ssh2.utils.generateKeyPairSync('ed25519').private, ssh2);
    if (key) return key;
  }
  throw bug('no host key could be made');
}

function facts(key: string, ssh2: Ssh2): HostKey | undefined {
  const parsed = ssh2.utils.parseKey(key);
  if (parsed instanceof Error) return undefined;
  const digest = createHash('sha256').update(parsed.getPublicSSH()).digest('base64').replace(/=+$/, '');
  return { private: key, fingerprint: `SHA256:${digest}` };
}
