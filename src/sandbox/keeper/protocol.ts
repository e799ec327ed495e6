import { z } from 'zod';
import type { Exit } from '../contract.ts';
import { placeOf } from '../place.ts';

/** Everything the server can ask of the keeper. What does not fit is refused; the keeper trusts nothing that the server says. */
const id = z.string().regex(/^[a-z0-9-]{1,40}$/);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const mib = z.number().int().min(1).max(1_048_576);
const volume = z.string().regex(/^v[0-9]{1,12}$/);
/** Below /var or /srv, never the slot. */
const target = z
  .string()
  .max(255)
  .regex(/^\/(?:var|srv)(?:\/[A-Za-z0-9_][A-Za-z0-9._-]*)+$/)
  .refine((path) => !/^\/var\/task(\/|$)/.test(path), 'a slot');
/** What is shown where it is on the host needs no place of ours: sources.ts sees to it that it may be shown. */
const mount = z.union([
  z.strictObject({ source: z.string().min(1).max(4096), target }),
  z
    .strictObject({ source: z.string().max(1024), target: z.string().max(1024) })
    .refine(({ source, target }) => source === target && placeOf(target) === target, 'neither a place for mounts nor its own'),
]);
const limits = z.strictObject({
  memoryMiB: z.number().int().min(16).max(1_048_576),
  cpus: z.number().min(0.01).max(1024).optional(),
  pids: z.number().int().min(8).max(65_536),
});

export const commands = {
  boot: z.strictObject({
    id,
    mounts: z.array(mount).max(16),
    tmp: z.union([z.strictObject({ mib }), z.strictObject({ volume })]),
    limits,
    /** Trees of the root, the lowest first; docker makes at most 127 layers. */
    image: z.array(hash).min(1).max(128).optional(),
    nested: z.boolean().optional(),
  }),
  assign: z.strictObject({
    id,
    trees: z
      .array(z.strictObject({ hashes: z.array(hash).min(1).max(16), target: z.enum(['/var/task', '/opt']) }))
      .max(2)
      .optional(),
    limits: limits.optional(),
  }),
  freeze: z.strictObject({ id }),
  thaw: z.strictObject({ id }),
  signal: z.strictObject({ id, signal: z.enum(['SIGTERM', 'SIGKILL']) }),
  memory: z.strictObject({ id }),
  connect: z.strictObject({ id, port: z.number().int().min(1).max(65_535) }),
  destroy: z.strictObject({ id, keepTmp: z.boolean() }),
  discard: z.strictObject({ volume }),
} as const;

export type CommandName = keyof typeof commands;
export type CommandInput<N extends CommandName> = z.infer<(typeof commands)[N]>;

export interface CommandOutput {
  boot: { readonly volume: string };
  assign: null;
  freeze: null;
  thaw: null;
  signal: null;
  memory: { readonly current: number; readonly peak: number };
  /** The descriptor travels beside, by this name; null: nobody listens there. */
  connect: { readonly name: string | null };
  destroy: null;
  discard: null;
}

export const request = z.strictObject({ n: z.number().int(), command: z.string(), input: z.unknown() });

/** What the keeper says. Descriptors of a boot travel beside, named by the sandbox's id, in the order of `descriptors`. */
export type FromKeeper =
  | { readonly hello: Hello }
  | { readonly n: number; readonly output: unknown }
  | { readonly n: number; readonly error: { readonly code: 'KeeperRefused' | 'SandboxUnavailable'; readonly message: string } }
  | { readonly exit: Exit; readonly id: string };

export interface Hello {
  /** Host path → where the server sees it. */
  readonly paths: Readonly<Record<string, string>>;
  /** Whatever the program that runs the keeper hands its server. */
  readonly settings: unknown;
}

export const descriptors = ['runtime', 'aws', 'channel', 'egress', 'dnsUdp', 'dnsTcp', 'stdin', 'output', 'tickets'] as const;
export type DescriptorName = (typeof descriptors)[number];

/** The first argument of a server that runs under a keeper. */
export const KEPT = '--under-keeper';
