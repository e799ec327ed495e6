import { z } from 'zod';
import { platformFailure } from '../../kernel/index.ts';
import { type ControlRoute, controlRoute } from '../../model/index.ts';
import { stageChange } from '../apps/request.ts';
import { connectDebugger, listDebuggers } from './debuggers.ts';
import { createDev, type DevDeps } from './dev.ts';

const tree = z.string().describe('the folder, as it was sent');

/** DevAnswer. */
const devAnswer = z.union([
  z.strictObject({ missing: z.array(z.string()).describe('contents that the server does not have: send them along') }),
  z.strictObject({
    unknown: z.string().describe('another folder is known than the one that was changed: send the whole manifest'),
  }),
  z.strictObject({ failed: z.string(), lines: z.array(z.string()), tree }),
  z.strictObject({
    how: z.enum(['built', 'patched', 'unchanged']),
    processes: z.array(z.strictObject({ name: z.string(), function: z.string() })),
    urls: z.array(z.string()),
    lines: z.array(z.string()),
    took: z.strictObject({ build: z.number(), swap: z.number() }).describe('ms'),
    tree,
  }),
]);

/** DevDebuggers. */
const debuggersShown = z.strictObject({
  debuggers: z.array(
    z.union([
      z.strictObject({ process: z.string(), protocol: z.enum(['inspector', 'debugpy']) }),
      z.strictObject({ process: z.string(), refused: z.string() }),
    ]),
  ),
});

/** The control API of `dalamb dev` (docs/development.md). */
export function devRoutes(deps: DevDeps): ControlRoute[] {
  const { ports } = deps;
  const dev = createDev(deps);
  return [
    controlRoute({
      method: 'POST',
      path: '/apps/:app/dev',
      summary:
        'runs a folder without a release: a tar of manifest.json and of the files that are new; role (ARN) where there is no stage yet',
      query: z.strictObject({ role: z.string().min(1).describe('ARN').optional() }),
      streamed: true,
      contents: ['application/x-tar'],
      answer: devAnswer,
      handle: async (request) => {
        const change = await stageChange(ports, request, 'deployer');
        const { role } = request.query;
        const source = request.stream?.();
        if (!source) throw platformFailure('InvalidRequest', 'send a tar');
        return dev.sync({ ...change, region: request.place.region, ...(role === undefined ? {} : { role }) }, source);
      },
    }),
    controlRoute({
      method: 'DELETE',
      path: '/apps/:app/dev',
      summary: 'takes away what development made here: functions and event sources; data stays',
      answer: z.strictObject({ removed: z.array(z.string()) }),
      handle: async (request) => dev.remove(await stageChange(ports, request, 'deployer')),
    }),
    controlRoute({
      method: 'GET',
      path: '/apps/:app/dev/debuggers',
      summary: 'which processes in development can be debugged: protocol inspector or debugpy, or why they cannot',
      answer: debuggersShown,
      handle: async (request) => ({ debuggers: await listDebuggers(ports, await stageChange(ports, request, 'reader')) }),
    }),
    controlRoute({
      method: 'POST',
      path: '/apps/:app/dev/debuggers/:process',
      summary: 'a connection to the debugger of a process in development (Upgrade: tcp)',
      upgrades: true,
      answer: z.unknown(),
      handle: async (request) => connectDebugger(ports, await stageChange(ports, request, 'deployer'), request.params.process),
    }),
  ];
}
