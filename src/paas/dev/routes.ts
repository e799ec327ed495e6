import { platformFailure } from '../../kernel/index.ts';
import type { ControlRoute } from '../../model/index.ts';
import { stageChange } from '../apps/request.ts';
import { connectDebugger, listDebuggers } from './debuggers.ts';
import { createDev, type DevDeps } from './dev.ts';

/** The control API of `dalamb dev` (docs/development.md). */
export function devRoutes(deps: DevDeps): ControlRoute[] {
  const { ports } = deps;
  const dev = createDev(deps);
  return [
    {
      method: 'POST',
      path: '/apps/:app/dev',
      summary:
        'runs a folder without a release: a tar of manifest.json and of the files that are new; role (ARN) where there is no stage yet',
      streamed: true,
      handle: async (request) => {
        const change = await stageChange(ports, request, 'deployer');
        const role = request.query.get('role');
        const source = request.stream?.();
        if (!source) throw platformFailure('InvalidRequest', 'send a tar');
        return dev.sync({ ...change, region: request.place.region, ...(role === null ? {} : { role }) }, source);
      },
    },
    {
      method: 'DELETE',
      path: '/apps/:app/dev',
      summary: 'takes away what development made here: functions and event sources; data stays',
      handle: async (request) => dev.remove(await stageChange(ports, request, 'deployer')),
    },
    {
      method: 'GET',
      path: '/apps/:app/dev/debuggers',
      summary: 'which processes in development can be debugged: protocol inspector or debugpy, or why they cannot',
      handle: async (request) => ({ debuggers: await listDebuggers(ports, await stageChange(ports, request, 'reader')) }),
    },
    {
      method: 'POST',
      path: '/apps/:app/dev/debuggers/:process',
      summary: 'a connection to the debugger of a process in development (Upgrade: tcp)',
      upgrades: true,
      handle: async (request) =>
        connectDebugger(ports, await stageChange(ports, request, 'deployer'), request.params.process ?? ''),
    },
  ];
}
