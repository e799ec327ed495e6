import { type Built, functionName, LIVE, type Release, STORED_ZIP, type StoredZip } from '../../model/index.ts';
import { devStages } from '../collections.ts';
import type { PaasPorts } from '../ports.ts';
import { openConfig, sealConfig } from '../releases/config.ts';
import { functionSettings } from '../releases/function-settings.ts';
import { makeFunction, ready, refuseForeignFunctions, removeFunction } from '../releases/functions.ts';
import { makeResources, resourceVariables } from '../releases/resources.ts';
import { settle } from '../releases/settle.ts';
import { settlingOf } from '../releases/settling.ts';
import { refuseTaken } from '../releases/taken.ts';
import type { Patched } from './artifacts.ts';
import type { Developed, Developing } from './developed-stage.ts';

const LATEST = '$LATEST';

/**
 * Makes a stage be what was built, without a release: functions as $LATEST, to which their alias points, resources and event sources. Can be
 * repeated. Rejects as the operations do: then some of it may be in place.
 */
export async function bringAlive(ports: PaasPorts, how: Developing, { stage, release }: Developed, built: Built): Promise<void> {
  const { app, account } = stage;
  const processes = built.processes.map(({ name }) => name);
  const operate = ports.operateAt(stage);
  await refuseForeignFunctions(operate, app, processes);
  const contents = { ...built, overrides: {}, added: [] };
  const config = release?.config ?? sealConfig(ports.secrets, {});
  const developed: Release = {
    ...{ app, account, number: 0, reason: 'deploy', description: 'in development', author: how.actor.name, createdAt: 0 },
    ...{ state: 'current', config, contents, versions: {} },
  };
  const settling = await settlingOf(ports, { stage, release: developed, signal: how.signal });
  await refuseTaken(settling);
  const gone = await note(ports, how, processes);
  await makeResources(operate, settling.resources);
  const variables = { config: openConfig(ports.secrets, config), resources: resourceVariables(stage, settling.resources) };
  await Promise.all(
    built.processes.map((process) =>
      makeFunction({ ...ports, operate }, functionSettings(stage, process, variables), process.code, how.signal),
    ),
  );
  const moves = processes.map((process) => ({ function: functionName(app, process), alias: LIVE, version: LATEST }));
  await ports.store.transact((tx) => ports.pointAliases(tx, stage, moves));
  await settle(settling);
  for (const process of gone) await removeFunction(operate, app, process);
}

/** Says which functions there will be. Resolves to those that were and are no more. */
async function note(
  ports: PaasPorts,
  { app, account, actor }: Developing,
  processes: readonly string[],
): Promise<readonly string[]> {
  const at = ports.clock.now();
  return ports.store.transact(async (tx) => {
    const known = await tx.get(devStages, [app, account]);
    const before = known?.processes ?? [];
    const gone = before.filter((name) => !processes.includes(name));
    if (before.length === processes.length && gone.length === 0) return [];
    await tx.put(devStages, { ...known, app, account, processes });
    await ports.audit(tx, { actor, action: 'dev', app, account, detail: processes.join(', '), at });
    return gone;
  });
}

/** Other code for functions that are there, and nothing else: the way that is waited for after a save. codes: by the hash of what was built. */
export async function swapCode(
  ports: PaasPorts,
  { app, signal }: Developing,
  { stage }: Developed,
  what: { readonly built: Built; readonly codes: ReadonlyMap<string, Patched> },
): Promise<void> {
  const operate = ports.operateAt(stage);
  const stored = new Map<string, StoredZip>();
  for (const [base, { zip, over }] of what.codes) {
    const staged = await ports.store.blobs.stage(zip); // once for all functions that run it
    stored.set(base, { hash: staged.hash, bytes: staged.size, staged });
    if (over) await ports.deriveTree?.(staged.hash, { base, ...over });
  }
  const swap = async ({ name, code }: Built['processes'][number]) => {
    const zip = code.kind === 'zip' ? stored.get(code.hash) : undefined;
    if (zip === undefined) return;
    const FunctionName = functionName(app, name);
    await operate('lambda', 'UpdateFunctionCode', { FunctionName, [STORED_ZIP]: zip });
    await ready({ clock: ports.clock, operate }, FunctionName, signal);
  };
  await Promise.all(what.built.processes.map(swap));
}
