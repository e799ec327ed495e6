import assert from 'node:assert/strict';
import { z } from 'zod';
import { localActor } from './people.ts';
import type { ControlRequest, ControlRoute } from './ports.ts';

/** Calls a route as the gateway would, and checks that what it answers is as described. */
export async function askRoute(route: ControlRoute, request: Partial<ControlRequest> = {}): Promise<unknown> {
  const answer = await route.handle({
    params: {},
    query: new URLSearchParams(),
    body: undefined,
    headers: {},
    place: { account: '000000000000', region: 'us-east-1' },
    actor: localActor,
    signal: new AbortController().signal,
    ...request,
  });
  if (!route.upgrades) checkAnswer(route, answer);
  return answer;
}

/** Fails when an answer is not as its route describes it; members that are not described are faults, too. */
export function checkAnswer({ method, path, described }: ControlRoute, answer: unknown): void {
  const parsed = described.answer.safeParse(JSON.parse(JSON.stringify(answer ?? {})));
  if (!parsed.success) assert.fail(`${method} ${path} answers other than described: ${z.prettifyError(parsed.error)}`);
}
