import { fail } from '../../kernel/index.ts';
import type { ControlRequest, ControlRoute, OperateAt, PlacedSource, PlaceSource } from '../../model/index.ts';

/** `POST /event-sources`: one line for a rule, a mapping, a notification; AWS's own resources underneath. */
export function sourceRoutes(operateAt: OperateAt, placeSource: PlaceSource): ControlRoute[] {
  return [
    {
      method: 'POST',
      path: '/event-sources',
      summary: 'runs a function on the events of a source: source, function, where',
      handle: (request) => link(operateAt, placeSource, request),
    },
  ];
}

async function link(operateAt: OperateAt, placeSource: PlaceSource, { body, place }: ControlRequest): Promise<PlacedSource> {
  const { source, function: name, where } = (body ?? {}) as Record<string, unknown>;
  if (typeof source !== 'string' || typeof name !== 'string') throw fail('InvalidRequest', 'source and function are texts');
  if (where !== undefined && (typeof where !== 'object' || where === null || Array.isArray(where)))
    throw fail('InvalidRequest', 'where is a JSON object');
  const { Configuration } = await operateAt(place)<{ Configuration: { FunctionArn: string } }>('lambda', 'GetFunction', {
    FunctionName: name,
  });
  const placed = await placeSource(place, Configuration.FunctionArn, { source, ...(where && { where: { ...where } }) });
  return { ...placed, function: name };
}
