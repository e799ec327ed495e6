import { platformFailure } from '../../kernel/index.ts';
import { type ControlRoute, controlRoute, plannedDifferences } from '../../model/index.ts';
import { plannedShown } from './answers.ts';
import { findApplication } from './applications.ts';
import { stageChange } from './request.ts';
import { type ChangePorts, currentRelease } from './stage-changes.ts';

/** `POST /apps/:app/plan`: builds a tree as a push would, and tells what would differ from what runs. Nothing is released. */
export function planRoute(deps: ChangePorts): ControlRoute {
  const { ports } = deps;
  return controlRoute({
    method: 'POST',
    path: '/apps/:app/plan',
    summary: 'what a push of this tree would change: a tar, without .git',
    streamed: true,
    contents: ['application/x-tar'],
    answer: plannedShown,
    handle: async (request) => {
      const { app, account, line, lines, signal } = await stageChange(ports, request, 'deployer');
      const source = request.stream?.();
      if (!source) throw platformFailure('InvalidRequest', 'send a tar');
      const { stage } = await findApplication(ports, app, account);
      const current = await currentRelease(deps, app, account);
      const built = await ports.build({ app, account, source, line, signal });
      return { release: stage.next, differences: plannedDifferences(stage, current, built), lines };
    },
  });
}
