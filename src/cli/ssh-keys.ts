import type { Command } from 'commander';
import { fail } from '../kernel/index.ts';
import { textOf } from './given.ts';
import type { Stage } from './stage.ts';
import { table } from './table.ts';

interface SshKey {
  readonly fingerprint: string;
  readonly user: string;
  readonly algorithm: string;
  readonly comment: string;
}

interface Whose {
  readonly user?: string;
}

export function addSshKeys(program: Command, stage: Stage): void {
  program
    .command('ssh-keys')
    .description('SSH keys of yours, or of all')
    .option('--user <user>', 'of this user')
    .action(async ({ user }: Whose) =>
      stage.answer(await stage.api().get<{ keys: readonly SshKey[] }>('/ssh-keys', { user }), listText),
    );
  program
    .command('ssh-keys:add')
    .description('push and fetch with this key')
    .argument('<file>', 'a public key (.pub); - reads standard input')
    .option('--user <user>', 'for this user; default yourself')
    .action(async (file: string, { user }: Whose) => {
      const key = await publicKey(stage, file);
      const added = await stage.api().post<SshKey>('/ssh-keys', { key, user });
      stage.answer(added, (one) => `${one.fingerprint} is a key of ${one.user}\n`);
    });
  program
    .command('ssh-keys:remove')
    .description('a key that opens nothing any more, at once')
    .argument('<fingerprint>', 'SHA256:…')
    .action(async (fingerprint: string) =>
      stage.answer(await stage.api().remove('/ssh-keys', { fingerprint }), () => `removed ${fingerprint}\n`),
    );
}

/** A private key that is named by mistake does not leave the machine. */
async function publicKey(stage: Stage, file: string): Promise<string> {
  const text = await textOf(stage, file);
  if (text.includes('PRIVATE KEY')) throw fail('WrongUsage', `${file} is a private key: give the file that ends in .pub`);
  return text.trim();
}

function listText({ keys }: { keys: readonly SshKey[] }): string {
  if (keys.length === 0) return 'no SSH keys; add one with: dalamb ssh-keys:add ~/.ssh/id_ed25519.pub\n';
  return table(
    ['FINGERPRINT', 'USER', 'KIND', 'COMMENT'],
    keys.map(({ fingerprint, user, algorithm, comment }) => [fingerprint, user, algorithm, comment]),
  );
}
