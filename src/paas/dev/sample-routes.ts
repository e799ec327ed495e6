import { z } from 'zod';
import { type Clock, platformFailure } from '../../kernel/index.ts';
import { type ControlRoute, controlRoute, sampleEvent, sampleSources } from '../../model/index.ts';

/** `GET /samples/:source`: an event of each source in its real shape, to try functions with. */
export function sampleRoutes(clock: Clock): ControlRoute[] {
  return [
    controlRoute({
      method: 'GET',
      path: '/samples',
      summary: 'sources of which there is a sample event',
      answer: z.strictObject({ sources: z.array(z.string()) }),
      handle: async () => ({ sources: sampleSources }),
    }),
    controlRoute({
      method: 'GET',
      path: '/samples/:source',
      summary: 'a sample event as a function gets it',
      answer: z.strictObject({ event: z.unknown() }),
      handle: async ({ params, place }) => {
        const event = sampleEvent(params.source, { ...place, now: clock.now() });
        if (event) return { event };
        throw platformFailure('NoSuchThing', `a sample of ${params.source}`, {
          fields: { next: `there are: ${sampleSources.join(', ')}` },
        });
      },
    }),
  ];
}
