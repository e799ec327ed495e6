import type { Command } from 'commander';
import type { Actor, Grant } from '../model/index.ts';
import type { Stage } from './stage.ts';
import { table } from './table.ts';

interface Role extends Grant {
  /** Name of the environment; absent: all. */
  readonly environment?: string;
}

interface Member extends Role {
  readonly user: string;
  readonly createdAt: number;
  readonly createdBy: string;
}

export function addMembers(program: Command, stage: Stage): void {
  program
    .command('whoami')
    .description('who you are here, and your roles')
    .action(async () => stage.answer(await stage.api().get<{ actor: Actor; roles: readonly Role[] }>('/whoami'), whoamiText));
  program
    .command('members')
    .description('who may do what; --app: with this application')
    .action(async () => {
      const { app } = stage.given();
      stage.answer(await stage.api().get<{ members: readonly Member[] }>('/members', { app }), membersText);
    });
  program
    .command('members:add')
    .description('give a user a role: with --app on one application, with --env in one environment, else on all')
    .argument('<user>', 'their name; whoever has a role is a user')
    .requiredOption('--role <role>', 'reader, deployer or owner')
    .action(async (user: string, { role }: { role: string }) => {
      const { app, env: environment } = stage.given();
      const made = await stage.api().post<Member>('/members', { user, role, app, environment });
      stage.answer(made, (member) => `${user} is ${member.role} of ${onText(member)}\n`);
    });
  program
    .command('members:remove')
    .description('take a role away, as it was given: --app, --env; tokens and SSH keys go with the last one')
    .argument('<user>', 'their name')
    .action(async (user: string) => {
      const { app, env: environment } = stage.given();
      const path = `/members/${encodeURIComponent(user)}`;
      const answer = await stage.api().remove<{ last: boolean }>(path, { app, environment });
      stage.answer(answer, ({ last }) => (last ? `${user} has no role left: tokens and SSH keys are gone\n` : `removed\n`));
    });
}

function onText({ app, environment }: Role): string {
  if (app === '*') return environment === undefined ? 'the whole platform' : `environment ${environment}`;
  return `application ${app} in ${environment === undefined ? 'every environment' : environment}`;
}

function membersText({ members }: { members: readonly Member[] }): string {
  if (members.length === 0) return 'nobody yet; add somebody with: dalamb members:add USER --role ROLE\n';
  return table(
    ['USER', 'ROLE', 'ON', 'SINCE', 'BY'],
    members.map((one) => [one.user, one.role, onText(one), new Date(one.createdAt).toISOString(), one.createdBy]),
  );
}

function whoamiText({ actor, roles }: { actor: Actor; roles: readonly Role[] }): string {
  const by = actor.credential === undefined ? '' : ` (${actor.credential})`;
  const scope = actor.scope === undefined ? '' : `at most ${actor.scope.role} of ${onText(scopeOf(actor.scope))}\n`;
  return `${actor.name}${by}\n${scope}${roles.map((role) => `${role.role} of ${onText(role)}\n`).join('')}`;
}

const scopeOf = (scope: Grant): Role => ({ ...scope, ...(scope.account === '*' ? {} : { environment: scope.account }) });
