import { z } from 'zod';
import { PLAIN_PATTERN } from '../../model/index.ts';
import { PROCESS_NAME } from './procfile.ts';

const processName = z.string().regex(PROCESS_NAME, 'is no name of a process: a letter, then up to 31 letters, digits, - and _');
const resourceName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}$/, 'is no name of a resource: a small letter, then up to 30 small letters, digits and -');
const variables = z.record(
  z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,127}$/, 'is no name of a variable: a letter, then letters, digits and _'),
  z.string().max(4096),
);
const runtime = z
  .string()
  .regex(/^[a-z][a-z0-9.]{2,31}$/, 'is no runtime; they are called nodejs24.x, python3.11, provided.al2023');
const image = z
  .string()
  .max(512)
  .regex(/^[a-z0-9][a-z0-9.:-]*(\/[a-z0-9._-]+)+@sha256:[0-9a-f]{64}$/, 'is no image: write REGISTRY/NAME@sha256:DIGEST');
/** A string alone is a source without settings. */
const event = z.preprocess(
  (value) => (typeof value === 'string' ? { source: value } : value),
  z.strictObject({
    source: z.string().min(1).max(1024),
    where: z.record(z.string(), z.json()).optional(),
    settings: z.record(z.string(), z.json()).optional(),
  }),
);
const memory = z.number().int().min(128).max(10_240);
const timeout = z.number().int().min(1).max(900);
const ephemeral = z.number().int().min(512).max(10_240);
const attribute = z.string().regex(/^[A-Za-z0-9_.-]{1,255}(:[SNB])?$/, 'is no attribute: write NAME or NAME:S, NAME:N, NAME:B');

/** dalamb.toml of a repository; docs/dalamb-app.toml shows every key, and a test ties the two together. */
export const declarationSchema = z.strictObject({
  app: z
    .strictObject({
      runtime: runtime.optional(),
      image: image.optional(),
      memory: memory.optional(),
      timeout: timeout.optional(),
      ephemeral: ephemeral.optional(),
      environment: variables.default({}),
    })
    .prefault({}),
  functions: z
    .record(
      processName,
      z.strictObject({
        handler: z.string().min(1).max(1024).optional(),
        runtime: runtime.optional(),
        image: image.optional(),
        memory: memory.optional(),
        timeout: timeout.optional(),
        concurrency: z.number().int().min(0).max(100_000).optional(),
        ephemeral: ephemeral.optional(),
        environment: variables.default({}),
        smoke: z.json().optional(),
        events: z.array(event).max(100).default([]),
      }),
    )
    .default({}),
  routes: z
    .array(
      z.strictObject({
        route: z.string().regex(/^([A-Z]+ \/\S*|\$default)$/, 'is no route: write "GET /path" or "$default"'),
        function: processName,
      }),
    )
    .max(300)
    .default([]),
  buckets: z.record(resourceName, z.strictObject({ versioning: z.boolean().default(false) })).default({}),
  tables: z
    .record(
      resourceName,
      z.strictObject({
        key: attribute,
        sort: attribute.optional(),
        stream: z.boolean().default(false),
        ttl: z.string().min(1).max(255).optional(),
      }),
    )
    .default({}),
  queues: z
    .record(
      resourceName,
      z.strictObject({
        fifo: z.boolean().default(false),
        visibility_seconds: z.number().int().min(0).max(43_200).default(30),
        delay_seconds: z.number().int().min(0).max(900).default(0),
        retention_seconds: z.number().int().min(60).max(1_209_600).default(345_600),
      }),
    )
    .default({}),
  topics: z.record(resourceName, z.strictObject({ fifo: z.boolean().default(false) })).default({}),
  streams: z.record(resourceName, z.strictObject({ shards: z.number().int().min(1).max(1000).default(1) })).default({}),
  schedules: z
    .record(
      resourceName,
      z.strictObject({
        schedule: z
          .string()
          .regex(/^(rate|cron)\(.{1,200}\)$/, 'is no schedule: write "rate(5 minutes)" or "cron(0 12 * * ? *)"'),
        function: processName,
      }),
    )
    .default({}),
  canary: z
    .strictObject({
      weight: z.number().gt(0).lt(1),
      seconds: z.number().int().min(1).max(1800),
      error_rate: z.number().min(0).lt(1).default(0),
    })
    .optional(),
  build: z
    .strictObject({
      command: z.string().min(1).max(4096).optional(),
      dockerfile: z
        .string()
        .max(256)
        .regex(
          /^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[A-Za-z0-9_.-]+(?:\/[A-Za-z0-9_.-]+)*$/,
          'is no path below the root of the repository',
        )
        .optional(),
      environment: variables.default({}),
      exclude: z
        .array(z.string().min(1).max(256).regex(PLAIN_PATTERN, 'only *, ** and ? stand for something'))
        .max(100)
        .default([]),
    })
    .prefault({}),
});

export type Declaration = z.infer<typeof declarationSchema>;
export type DeclaredFunction = Declaration['functions'][string];
