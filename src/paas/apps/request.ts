import { z } from 'zod';
import type { AppRole, ControlRequest } from '../../model/index.ts';
import type { PaasPorts } from '../ports.ts';
import type { StageChange } from './stage-changes.ts';

/** A request about the application that its path names. */
export type AppRequest = Pick<ControlRequest, 'place' | 'actor' | 'signal'> & { readonly params: { readonly app: string } };

/** The application that a request is about, once its caller may act on it in that role. Rejects with AccessDenied. */
export async function stageChange(
  ports: PaasPorts,
  request: AppRequest,
  role: AppRole,
): Promise<StageChange & { lines: string[] }> {
  const { params, place, actor, signal } = request;
  const { app } = params;
  await ports.requireRole(actor, role, { app, account: place.account });
  const lines: string[] = [];
  return { app, account: place.account, actor, lines, line: (text) => lines.push(text), signal };
}

/** `4` or `v4`. */
export const releaseNumber = z
  .string()
  .regex(/^v?[1-9]\d{0,8}$/, 'is no release: v4')
  .transform((text) => Number(text.replace('v', '')));
