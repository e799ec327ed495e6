import { platformFailure } from '../../kernel/index.ts';
import {
  type ControlRoute,
  controlRoute,
  type EgressPolicy,
  egressPolicy,
  type FunctionRef,
  functionRef,
  type Place,
  type RoutedRequest,
} from '../../model/index.ts';
import type { Lambda } from './deps.ts';
import { findFunction } from './lookup.ts';
import { changeable, replaceLatest } from './updates.ts';

/** What a function may reach outside, by the control API: AWS has no words for it. It is part of the configuration, so versions keep theirs. */
export function egressRoutes(lambda: Lambda): readonly ControlRoute[] {
  const path = '/functions/:name/egress';
  return [
    controlRoute({
      ...{ method: 'GET', path, summary: 'what a function may reach outside', answer: egressPolicy },
      handle: (request) => show(lambda, request),
    }),
    controlRoute({
      method: 'PUT',
      path,
      summary: 'sets it: { enabled, allow: [{ to, port }], deny: […] }',
      body: egressPolicy,
      answer: egressPolicy,
      handle: (request) => change(lambda, request, request.body),
    }),
    controlRoute({
      ...{ method: 'DELETE', path, summary: 'back to what the configuration file says', answer: egressPolicy },
      handle: (request) => change(lambda, request, undefined),
    }),
  ];
}

type Asked = Pick<RoutedRequest<{ readonly name: string }>, 'place' | 'params'>;

/** An ARN may name any account, a token opens one. Throws NoSuchThing 404. */
function refHere(place: Place, name: string): FunctionRef {
  const ref = functionRef(place, name);
  if (ref.account !== place.account) throw platformFailure('NoSuchThing', `${name} in account ${place.account}`);
  return ref;
}

async function show(lambda: Lambda, { place, params }: Asked): Promise<EgressPolicy> {
  const { latest } = await findFunction(lambda.store.read, refHere(place, params.name));
  return latest.egress ?? lambda.settings.egress;
}

async function change(lambda: Lambda, { place, params }: Asked, egress: EgressPolicy | undefined): Promise<EgressPolicy> {
  const ref = refHere(place, params.name);
  await lambda.store.transact(async (tx) => {
    const fn = await changeable(tx, ref, undefined);
    return replaceLatest(lambda, tx, fn, { ...fn.latest, egress, now: lambda.clock.now() });
  });
  lambda.prepareSoon(ref, ref.name);
  return egress ?? lambda.settings.egress;
}
