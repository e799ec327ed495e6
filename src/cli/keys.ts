import type { Command } from 'commander';
import type { KeyCreated, KeyList } from '../model/index.ts';
import type { Stage } from './stage.ts';
import { table } from './table.ts';

export function addKeys(program: Command, stage: Stage): void {
  const keys = program.command('keys').description('access keys of the environment');
  keys
    .command('create')
    .description('make an access key; its secret is shown this once')
    .action(async () => stage.answer(await stage.api().post<KeyCreated>('/keys', {}), createdText));
  keys
    .command('list')
    .description('keys and since when they are')
    .action(async () => stage.answer(await stage.api().get<KeyList>('/keys'), listText));
  keys
    .command('revoke')
    .description('make a key worthless, at once')
    .argument('<id>', 'access key id')
    .action(async (id: string) =>
      stage.answer(await stage.api().remove(`/keys/${encodeURIComponent(id)}`), () => `revoked ${id}\n`),
    );
}

function createdText(key: KeyCreated): string {
  const token = key.token === undefined ? '' : `export DALAMB_TOKEN=${key.token}\n`;
  return `export AWS_ACCESS_KEY_ID=${key.accessKeyId}\nexport AWS_SECRET_ACCESS_KEY=${key.secretAccessKey}\n${token}`;
}

function listText({ keys }: KeyList): string {
  if (keys.length === 0) return 'no keys; make one with: dalamb keys create\n';
  return table(
    ['KEY', 'ACCOUNT', 'CREATED'],
    keys.map(({ accessKeyId, account, created }) => [accessKeyId, account, new Date(created).toISOString()]),
  );
}
