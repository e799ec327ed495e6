import { z } from 'zod';

/** What the control API of applications answers. */

const epochMs = z.number().describe('epoch ms');

/** Application. */
export const applicationShown = z
  .strictObject({
    name: z.string(),
    home: z.string().describe('account of the environment in which it was created'),
    region: z.string(),
    branch: z.string().describe('pushes to it release at home'),
    createdAt: epochMs,
    createdBy: z.string(),
  })
  .meta({ id: 'Application' });

/** StoredStage. */
export const stageShown = z
  .strictObject({
    app: z.string(),
    account: z.string(),
    region: z.string(),
    role: z.string().describe('ARN of the execution role of its functions'),
    current: z.int().describe('the release that runs').optional(),
    settled: z.int().optional(),
    next: z.int(),
    preparing: z.int().describe('the release that is on its way').optional(),
    rewound: z.int().optional(),
    ending: z.unknown().describe('it is being destroyed').optional(),
  })
  .meta({ id: 'Stage' });

const eventSource = {
  source: z.string(),
  where: z.record(z.string(), z.unknown()).optional(),
  settings: z.record(z.string(), z.unknown()).optional(),
};

const processShown = z
  .strictObject({
    name: z.string(),
    function: z.string(),
    handler: z.string(),
    code: z.union([
      z.strictObject({ kind: z.literal('zip'), hash: z.string(), bytes: z.int() }),
      z.strictObject({ kind: z.literal('image'), uri: z.string() }),
    ]),
    runtime: z.string().optional(),
    memoryMiB: z.int(),
    timeoutSeconds: z.int(),
    concurrency: z.int().optional(),
    ephemeralMiB: z.int(),
    environment: z.record(z.string(), z.string()).describe('variables of this process alone'),
    sources: z.array(z.strictObject(eventSource)),
  })
  .meta({ id: 'Process' });

/** A release as it is shown: of the configuration the names only. */
export const releaseShown = z
  .strictObject({
    app: z.string(),
    account: z.string(),
    number: z.int(),
    reason: z.enum(['deploy', 'config', 'resource', 'event-source', 'rollback', 'promotion']),
    description: z.string(),
    author: z.string(),
    createdAt: epochMs,
    state: z.enum(['preparing', 'current', 'superseded', 'failed']),
    failure: z.string().optional(),
    commit: z.string().optional(),
    versions: z.record(z.string(), z.string()).describe('published versions by process'),
    streams: z.int().optional(),
    config: z.array(z.string()).describe('names of the variables'),
    processes: z.array(processShown),
    resources: z.array(
      z.strictObject({
        kind: z.enum(['bucket', 'table', 'queue', 'topic', 'stream']),
        name: z.string(),
        settings: z.record(z.string(), z.unknown()),
      }),
    ),
  })
  .meta({ id: 'Release' });

const routeUrls = z.array(z.string()).describe('of HTTP routes: GET / http://…');
const saidLines = z.array(z.string()).describe('what was said on the way');

/** A change and the release that it made. */
export const releasedShown = z
  .strictObject({ release: releaseShown, urls: routeUrls, lines: saidLines })
  .meta({ id: 'Released' });

export const promotedShown = z.strictObject({
  ...releasedShown.shape,
  missing: z.array(z.string()).describe('variables that are set where it comes from and not here'),
  extra: z.array(z.string()).describe('variables that are set here only'),
});

/** An application in one environment, and what of it is there. */
export const applicationHere = z.strictObject({ application: applicationShown, stage: stageShown });

export const applicationDetail = z.strictObject({
  ...applicationHere.shape,
  release: releaseShown.optional(),
  developed: z.array(z.strictObject({ name: z.string(), function: z.string() })).describe('processes in development'),
  urls: routeUrls,
});

/** ReleaseDifference. */
export const differencesShown = z.array(
  z
    .strictObject({ what: z.string(), before: z.string().optional(), after: z.string().optional() })
    .meta({ id: 'ReleaseDifference' }),
);

export const plannedShown = z.strictObject({
  release: z.int().describe('the number that it would have'),
  differences: differencesShown,
  lines: saidLines,
});

/** RollbackPlan. */
export const rollbackPlanShown = z.strictObject({
  to: z.int(),
  differences: differencesShown,
  stays: z.array(z.string()).describe('resources whose data stays as it is'),
  streams: z.array(z.string()).describe('event sources that can be read again'),
});

/** PlacedSource. */
export const placedShown = z.strictObject({ ...eventSource, function: z.string(), made: z.string(), url: z.string().optional() });
