import type { Command } from 'commander';
import type { Grant } from '../model/index.ts';
import type { Stage } from './stage.ts';
import { table } from './table.ts';

interface Token {
  readonly id: string;
  readonly user: string;
  readonly scope?: Grant;
  readonly note?: string;
  readonly createdAt: number;
  readonly expiresAt?: number;
}

interface Wish {
  readonly user?: string;
  readonly scope?: string;
  readonly expires?: string;
  readonly note?: string;
}

export function addTokens(program: Command, stage: Stage): void {
  program
    .command('tokens')
    .description('tokens of yours, or of all')
    .option('--user <user>', 'of this user')
    .action(async ({ user }: Wish) =>
      stage.answer(await stage.api().get<{ tokens: readonly Token[] }>('/tokens', { user }), listText),
    );
  program
    .command('tokens:create')
    .description('make a token; it is shown this once')
    .option('--user <user>', 'for this user; default yourself')
    .option('--scope <scope>', 'the most that it may do: ROLE[:APP][@ENVIRONMENT]; default all that the user may')
    .option('--expires <when>', '12h, 90d, 2027-01-31 or never; default 90d')
    .option('--note <text>', 'what it is for')
    .action(async ({ user, scope, expires, note }: Wish) => {
      const made = await stage.api().post<Token & { token: string }>('/tokens', { user, scope, expires, note });
      stage.answer(made, (token) => `# ${token.id} of ${token.user}, ${untilText(token)}\nexport DALAMB_TOKEN=${token.token}\n`);
    });
  program
    .command('tokens:revoke')
    .description('make a token worthless, at once')
    .argument('<id>', 'its id')
    .action(async (id: string) =>
      stage.answer(await stage.api().remove(`/tokens/${encodeURIComponent(id)}`), () => `revoked ${id}\n`),
    );
}

function untilText({ expiresAt }: Token): string {
  return expiresAt === undefined ? 'for ever' : `until ${new Date(expiresAt).toISOString()}`;
}

function listText({ tokens }: { tokens: readonly Token[] }): string {
  if (tokens.length === 0) return 'no tokens; make one with: dalamb tokens:create\n';
  return table(
    ['ID', 'USER', 'SCOPE', 'EXPIRES', 'NOTE'],
    tokens.map((one) => [one.id, one.user, scopeText(one.scope), untilText(one), one.note ?? '']),
  );
}

function scopeText(scope: Grant | undefined): string {
  if (scope === undefined) return '';
  const { role, app, account } = scope;
  return `${role}${app === '*' ? '' : `:${app}`}${account === '*' ? '' : `@${account}`}`;
}
