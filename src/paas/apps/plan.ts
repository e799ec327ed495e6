import { platformFailure } from '../../kernel/index.ts';
import { type ControlRoute, NO_CONTENTS, nextRelease, releaseDifferences } from '../../model/index.ts';
import { sealConfig } from '../releases/config.ts';
import { findApplication } from './applications.ts';
import { stageChange } from './request.ts';
import { type ChangePorts, currentRelease } from './stage-changes.ts';

/** `POST /apps/:app/plan`: builds a tree as a push would, and tells what would differ from what runs. Nothing is released. */
export function planRoute(deps: ChangePorts): ControlRoute {
  const { ports } = deps;
  return {
    method: 'POST',
    path: '/apps/:app/plan',
    summary: 'what a push of this tree would change: a tar, without .git',
    streamed: true,
    handle: async (request) => {
      const { app, account, line, lines, signal, actor } = await stageChange(ports, request, 'deployer');
      const source = request.stream?.();
      if (!source) throw platformFailure('InvalidRequest', 'send a tar');
      const { stage } = await findApplication(ports, app, account);
      const current = await currentRelease(deps, app, account);
      const { commit: _, ...built } = await ports.build({ app, account, source, line, signal });
      const before = current ?? { config: sealConfig(ports.secrets, {}), contents: NO_CONTENTS };
      const facts = { author: actor.name, at: ports.clock.now() };
      const after = nextRelease(stage, before, { reason: 'deploy', built }, facts);
      return { release: stage.next, differences: releaseDifferences(before, after), lines };
    },
  };
}
