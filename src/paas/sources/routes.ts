import { z } from 'zod';
import {
  boundedRecord,
  type ControlRoute,
  controlRoute,
  type OperateAt,
  type PlacedSource,
  type PlaceSource,
  type RoutedRequest,
} from '../../model/index.ts';
import { placedShown } from '../apps/answers.ts';

/** `POST /event-sources`: one line for a rule, a mapping, a notification; AWS's own resources underneath. */
export function sourceRoutes(operateAt: OperateAt, placeSource: PlaceSource): ControlRoute[] {
  return [
    controlRoute({
      method: 'POST',
      path: '/event-sources',
      summary: 'runs a function on the events of a source: source, function, where',
      body: newLink,
      answer: placedShown,
      handle: (request) => link(operateAt, placeSource, request),
    }),
  ];
}

const newLink = z.strictObject({
  source: z.string().min(1).describe('as dalamb on writes it: s3:BUCKET, queue:NAME, http:GET /path, an ARN'),
  function: z.string().min(1),
  where: boundedRecord(z.unknown()).describe('what the events must look like').optional(),
});

type LinkRequest = Pick<RoutedRequest<unknown, unknown, z.output<typeof newLink>>, 'body' | 'place'>;

async function link(operateAt: OperateAt, placeSource: PlaceSource, { body, place }: LinkRequest): Promise<PlacedSource> {
  const { source, function: name, where } = body;
  const { Configuration } = await operateAt(place)<{ Configuration: { FunctionArn: string } }>('lambda', 'GetFunction', {
    FunctionName: name,
  });
  const placed = await placeSource(place, Configuration.FunctionArn, { source, ...(where && { where }) });
  return { ...placed, function: name };
}
