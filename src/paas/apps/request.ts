import { platformFailure } from '../../kernel/index.ts';
import type { AppRole, ControlRequest } from '../../model/index.ts';
import type { PaasPorts } from '../ports.ts';
import type { StageChange } from './stage-changes.ts';

/** The application that a request is about, once its caller may act on it in that role. Rejects with AccessDenied. */
export async function stageChange(
  ports: PaasPorts,
  request: ControlRequest,
  role: AppRole,
): Promise<StageChange & { lines: string[] }> {
  const { params, place, actor, signal } = request;
  const app = params.app ?? '';
  await ports.requireRole(actor, role, { app, account: place.account });
  const lines: string[] = [];
  return { app, account: place.account, actor, lines, line: (text) => lines.push(text), signal };
}

/** `4` or `v4`. Throws InvalidRequest. */
export function numberOf(text: string): number {
  const found = /^v?([1-9]\d{0,8})$/.exec(text);
  if (!found) throw platformFailure('InvalidRequest', `${JSON.stringify(text)} is no release: v4`);
  return Number(found[1]);
}
