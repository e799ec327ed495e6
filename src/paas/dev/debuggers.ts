import type { Duplex } from 'node:stream';
import { isFailure, platformFailure } from '../../kernel/index.ts';
import { type DevDebuggers, functionName } from '../../model/index.ts';
import type { StageChange } from '../apps/stage-changes.ts';
import { devStages, type StoredStage, stages } from '../collections.ts';
import type { PaasPorts } from '../ports.ts';
import { checkDevelops } from './developed-stage.ts';

/** Each process that is in development in a stage. Rejects with NoSuchThing when nothing is. */
export async function listDebuggers(ports: PaasPorts, how: StageChange): Promise<DevDebuggers['debuggers']> {
  const { stage, processes } = await developing(ports, how);
  const found = processes.map(async (process) => ({
    process,
    ...(await debuggersOf(ports).find(stage, functionName(how.app, process))),
  }));
  return Promise.all(found);
}

/**
 * A connection to the debugger of a process, starting it if need be; ends when its caller may no longer have it. Rejects with NoSuchThing,
 * InvalidRequest where releases run, NotImplemented where it has none, SandboxUnavailable.
 */
export async function connectDebugger(ports: PaasPorts, how: StageChange, process: string): Promise<Duplex> {
  const { app, account, actor } = how;
  const { stage, processes } = await developing(ports, how);
  if (!processes.includes(process))
    throw platformFailure('NoSuchThing', `process ${process} of ${app} in development`, {
      fields: { next: `there are: ${processes.join(', ')}` },
    });
  const { connection, begins } = await debuggersOf(ports).connect(stage, functionName(app, process));
  try {
    const at = ports.clock.now();
    if (begins)
      await ports.store.transact((tx) => ports.audit(tx, { actor, action: 'dev:inspect', app, account, detail: process, at }));
  } catch (error) {
    connection.destroy();
    throw error;
  }
  lookAfter(ports, how, connection);
  return connection;
}

const AGAIN_MS = 60_000;

/** Roles go, and releases come: a connection may outlive both by a minute. */
function lookAfter(ports: PaasPorts, how: StageChange, connection: Duplex): void {
  const { app, account, actor } = how;
  const check = async () => {
    try {
      await ports.requireRole(actor, 'deployer', { app, account });
      await developing(ports, how);
    } catch (error) {
      if (!isFailure(error, 'ReleaseUnderWay')) return void connection.destroy(); // that one may only set a variable
    }
    if (!connection.destroyed) cancel = ports.clock.after(AGAIN_MS, check);
  };
  let cancel = ports.clock.after(AGAIN_MS, check);
  connection.once('close', () => cancel());
}

async function developing(
  ports: PaasPorts,
  { app, account }: StageChange,
): Promise<{ readonly stage: StoredStage; readonly processes: readonly string[] }> {
  const { read } = ports.store;
  const [stage, developed] = await Promise.all([read.get(stages, [app, account]), read.get(devStages, [app, account])]);
  if (!stage || !developed)
    throw platformFailure('NoSuchThing', `nothing of ${app} is in development here`, {
      fields: { next: 'run it with: dalamb dev --inspect' },
    });
  await checkDevelops(ports, stage);
  return { stage, processes: developed.processes };
}

function debuggersOf({ debuggers }: PaasPorts): NonNullable<PaasPorts['debuggers']> {
  if (debuggers) return debuggers;
  throw platformFailure('NotImplemented', 'debuggers of functions');
}
