import type { Command } from 'commander';
import type { PlatformStatus, RuntimeList } from '../model/index.ts';
import type { Stage } from './stage.ts';
import { duration, table } from './table.ts';

export function addStatus(program: Command, stage: Stage): void {
  program
    .command('status')
    .description('version, health and load of the platform')
    .action(async () => stage.answer(await stage.api().get<PlatformStatus>('/status'), statusText));
}

function statusText(status: PlatformStatus): string {
  const { sandbox } = status;
  const isolation = sandbox.isolation ? '' : ', NO ISOLATION: run only code you trust';
  return [
    `dalamb ${status.version} at ${status.url}: ${status.status}, up ${duration(status.uptimeMs)}`,
    `sandboxes  ${sandbox.driver}${isolation}`,
    `store      ${status.store.state}${status.store.detail === undefined ? '' : ` (${status.store.detail})`}`,
    `auth       ${status.auth}`,
    `services   ${status.services.join(' ')}`,
    `load       ${status.connections} connections, ${status.requests} requests under way`,
    '',
  ].join('\n');
}

export function addRuntimes(program: Command, stage: Stage): void {
  program
    .command('runtimes')
    .description('runtimes this machine can run')
    .action(async () => stage.answer(await stage.api().get<RuntimeList>('/runtimes'), runtimesText));
}

function runtimesText({ runtimes }: RuntimeList): string {
  return table(
    ['RUNTIME', 'AVAILABLE', 'DETAIL'],
    runtimes.map(({ name, available, detail }) => [name, available ? 'yes' : 'no', detail ?? '']),
  );
}
