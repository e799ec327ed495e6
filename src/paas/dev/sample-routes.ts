import { type Clock, platformFailure } from '../../kernel/index.ts';
import { type ControlRoute, sampleEvent, sampleSources } from '../../model/index.ts';

/** `GET /samples/:source`: an event of each source in its real shape, to try functions with. */
export function sampleRoutes(clock: Clock): ControlRoute[] {
  return [
    {
      method: 'GET',
      path: '/samples',
      summary: 'sources of which there is a sample event',
      handle: async () => ({ sources: sampleSources }),
    },
    {
      method: 'GET',
      path: '/samples/:source',
      summary: 'a sample event as a function gets it',
      handle: async ({ params, place }) => {
        const event = sampleEvent(params.source ?? '', { ...place, now: clock.now() });
        if (event) return { event };
        throw platformFailure('NoSuchThing', `a sample of ${params.source}`, {
          fields: { next: `there are: ${sampleSources.join(', ')}` },
        });
      },
    },
  ];
}
