import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parse } from 'smol-toml';
import { z } from 'zod';
import { MIB, platformFailure } from './kernel/index.ts';

const port = z.number().int().min(0).max(65535);
const mib = z.number().int().positive();
const rule = z.strictObject({ to: z.string().min(1).max(255), port: port.default(0) });

const isPlainFolder = (text: string) => path.isAbsolute(text) && path.normalize(text) === text && /[^/]$/.test(text);

/** Where builders find packages and base images, unless the configuration says otherwise. */
const BUILD_SOURCES = [
  'registry.npmjs.org',
  'registry.yarnpkg.com',
  'pypi.org',
  'files.pythonhosted.org',
  'proxy.golang.org',
  'sum.golang.org',
  'index.crates.io',
  'static.crates.io',
  'crates.io',
  'repo.maven.apache.org',
  'repo1.maven.org',
  'rubygems.org',
  'index.rubygems.org',
  'registry-1.docker.io',
  'auth.docker.io',
  'production.cloudflare.docker.com',
  'docker-images-prod.6aa30f8b08e16409b46e0173d6de2f56.r2.cloudflarestorage.com',
  'public.ecr.aws',
  'd5l0dvt14r5h8.cloudfront.net',
  'quay.io',
  '*.quay.io',
  'ghcr.io',
  'pkg-containers.githubusercontent.com',
  'mcr.microsoft.com',
  '*.data.mcr.microsoft.com',
]
  .map((to) => ({ to, port: 443 }))
  // distributions: their packages are signed, and many of their images ask for them without TLS
  .concat(
    ['deb.debian.org', 'archive.ubuntu.com', 'security.ubuntu.com', 'dl-cdn.alpinelinux.org'].flatMap((to) =>
      [80, 443].map((port) => ({ to, port })),
    ),
  );

/** The whole configuration file; docs/dalamb.toml shows every setting with its default, and a test ties the two together. */
const fileSchema = z.strictObject({
  server: z
    .strictObject({
      port: port.default(4566),
      host: z.string().default('127.0.0.1'),
      /** Further names under which clients may reach this server (Host header). */
      names: z.array(z.string()).default([]),
      /** How people outside reach this server, for the links in mail and notifications; default its own address. */
      url: z.url({ protocol: /^https?$/ }).optional(),
      data: z.string().default('./data'),
      /** Seconds that a stop waits for running invocations. */
      drain_seconds: z.number().int().min(0).max(30).default(20),
    })
    .prefault({}),
  auth: z
    .strictObject({
      mode: z.enum(['local', 'strict']).default('local'),
      /** TLS ends at a proxy in front of this server; needed for strict. */
      behind_proxy: z.boolean().default(false),
      key_file: z.string().optional(),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
      format: z.enum(['text', 'json']).default('text'),
    })
    .prefault({}),
  limits: z
    .strictObject({
      /** Invocations at a time in one account and region. */
      concurrent_executions: z.number().int().min(1).max(100_000).default(1000),
      /** Memory that environments may use together; default three quarters of the machine's. */
      memory_mib: mib.default(Math.max(256, Math.floor((os.totalmem() / MIB) * 0.75))),
      /** How long a synchronous call waits for an environment. */
      wait_ms: z.number().int().min(0).max(60_000).default(10_000),
      /** Kept free on the disk for reads and recovery. */
      disk_reserve_mib: z.number().int().min(0).default(64),
      /** Unpacked code kept on disk. */
      code_cache_mib: mib.default(8192),
    })
    .prefault({}),
  sandbox: z
    .strictObject({
      driver: z.enum(['auto', 'oci', 'process']).default('auto'),
      oci_runtime: z
        .string()
        .regex(/^[a-z0-9-]+$/)
        .default('runc'),
      /** Booted sandboxes kept ready for each runtime that is in use; 0 boots when a call comes. */
      ready: z.number().int().min(0).max(64).default(2),
      /** Milliseconds without a call after which an environment is frozen. */
      freeze_after_ms: z.number().int().min(0).default(200),
      /** Seconds without a call after which it ends. */
      idle_seconds: z.number().int().min(1).default(600),
      uid: z.number().int().min(1000).default(64200),
      /** First user id of the ranges given to sandboxes, 65,536 each. */
      first_uid: z.number().int().min(65536).default(1_000_000),
    })
    .prefault({}),
  runtimes: z
    .strictObject({
      /** Folders whose `bin` holds further interpreters: java, ruby, python3.x. Sandboxes of their runtimes see them, read-only. */
      folders: z
        .array(z.string().max(1024).refine(isPlainFolder, 'an absolute path without . and .. is wanted'))
        .max(32)
        .default([]),
    })
    .prefault({}),
  images: z
    .strictObject({
      /** Registries, HOST or HOST:PORT, spoken to without TLS, wherever they are. */
      insecure: z.array(z.string().regex(/^[A-Za-z0-9.[\]:_-]{1,255}$/)).default([]),
      /** The largest layer or archive that is taken. */
      layer_mib: mib.default(10_240),
      /** What was fetched from other registries and is kept. */
      cache_mib: mib.default(16_384),
    })
    .prefault({}),
  egress: z
    .strictObject({
      enabled: z.boolean().default(true),
      /** `host:port` of the resolver asked for functions; default the host's. */
      resolver: z.string().optional(),
      allow: z.array(rule).default([]),
      deny: z.array(rule).default([]),
    })
    .prefault({}),
  email: z
    .strictObject({
      /** `smtp://user:password@host:port` or `smtps://…`; without it mail is refused. */
      smtp: z.url({ protocol: /^smtps?$/ }).optional(),
      from: z.string().min(3).max(320).default('no-reply@localhost'),
    })
    .prefault({}),
  billing: z.strictObject({ init: z.boolean().default(true) }).prefault({}),
  git: z
    .strictObject({
      /** Where git is served over SSH; 0 picks one; without it SSH is not served. */
      ssh_port: port.optional(),
      /** Packed size of one push, and of a repository. */
      push_mib: mib.default(512),
      repository_mib: mib.default(4096),
    })
    .prefault({}),
  build: z
    .strictObject({
      /** Builds at a time. */
      parallel: z.number().int().min(1).max(64).default(2),
      memory_mib: mib.default(2048),
      disk_mib: mib.default(8192),
      pids: z.number().int().min(16).max(10_000).default(1024),
      /** Cores; without it as many as are free. */
      cpus: z.number().positive().max(1024).optional(),
      seconds: z.number().int().min(1).max(86_400).default(900),
      /** Of a commit's files, and of installed dependencies that are kept. */
      source_mib: mib.default(512),
      cache_mib: mib.default(8192),
      allow: z.array(rule).default(BUILD_SOURCES),
      /** Whether images are built of Dockerfiles, in nested sandboxes. */
      dockerfile: z.boolean().default(true),
      /** Of an image that was built, packed. */
      image_mib: mib.default(2048),
      /** Variables of all builds: mirrors and the like. */
      environment: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string()).default({}),
      /** Lets builds run where sandboxes do not isolate. */
      unsafe: z.boolean().default(false),
    })
    .prefault({}),
});

export type FileConfig = z.infer<typeof fileSchema>;

export interface Config extends FileConfig {
  /** Absolute. */
  readonly directory: string;
  readonly keyFile: string;
  readonly bare: boolean;
  readonly allowRoot: boolean;
  /** Directory of the npm package of this machine, for builds; absent: there is none. */
  readonly npm?: string;
}

export interface StartOptions {
  readonly port?: string;
  readonly host?: string;
  readonly data?: string;
  readonly config?: string;
  readonly bare?: boolean;
  readonly allowRoot?: boolean;
}

/** Reads file, variables and options, in rising precedence. Throws ConfigInvalid naming the setting. */
export function loadConfig(options: StartOptions): Config {
  const env = process.env;
  const file = options.config ?? env.DALAMB_CONFIG;
  const parsed = fileSchema.safeParse(file === undefined ? {} : readToml(file));
  if (!parsed.success) throw platformFailure('ConfigInvalid', `${file}: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`);
  const config = parsed.data;
  const server = {
    ...config.server,
    port: portOf(options.port ?? env.DALAMB_PORT) ?? config.server.port,
    host: options.host ?? env.DALAMB_HOST ?? config.server.host,
    names: namesOf(config),
  };
  const directory = path.resolve(options.data ?? env.DALAMB_DATA ?? config.server.data);
  checkAuth(config, server.host);
  checkFolders(config);
  const npm = findNpm([env.npm_execpath, ...(env.PATH ?? '').split(path.delimiter).map((folder) => path.join(folder, 'npm'))]);
  const sshPort = portOf(env.DALAMB_SSH_PORT) ?? config.git.ssh_port;
  return {
    ...config,
    server,
    git: { ...config.git, ...(sshPort === undefined ? {} : { ssh_port: sshPort }) },
    ...(npm === undefined ? {} : { npm }),
    directory,
    keyFile: path.resolve(config.auth.key_file ?? env.DALAMB_KEY_FILE ?? defaultKeyFile(directory)),
    bare: options.bare ?? false,
    allowRoot: options.allowRoot ?? false,
  };
}

/** Whether builders of images may be booted; gVisor has mounts of its own, and nobody has tried. */
export function buildsImages({ build, sandbox }: FileConfig): boolean {
  return build.dockerfile && sandbox.oci_runtime !== 'runsc';
}

/** The package npm that one of these files belongs to. */
function findNpm(files: readonly (string | undefined)[]): string | undefined {
  for (const file of files) {
    const found = file !== undefined && path.isAbsolute(file) && fs.existsSync(file) ? fs.realpathSync(file) : '';
    if (found.endsWith(path.join('npm', 'bin', 'npm-cli.js'))) return path.dirname(path.dirname(found));
  }
  return undefined;
}

/** Links that lead to server.url must be answered there. */
function namesOf({ server: { names, url } }: FileConfig): string[] {
  return url === undefined ? names : [...new Set([...names, new URL(url).hostname])];
}

/** One key a data directory, beside it and not inside, so that a copy of the data is not a copy of the key. */
function defaultKeyFile(directory: string): string {
  return path.join(path.dirname(directory), `.${path.basename(directory)}.dalamb-key`);
}

function readToml(file: string): unknown {
  try {
    return parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    throw platformFailure('ConfigInvalid', `${file}: ${(error as Error).message}`);
  }
}

function portOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65535)
    throw platformFailure('ConfigInvalid', `port ${text} is not a number from 0 to 65535`);
  return Number(text);
}

function checkFolders({ runtimes: { folders } }: FileConfig): void {
  const wrong = folders.find((folder) => !fs.statSync(path.join(folder, 'bin'), { throwIfNoEntry: false })?.isDirectory());
  if (wrong !== undefined) throw platformFailure('ConfigInvalid', `runtimes.folders: ${wrong} has no folder bin`);
}

function checkAuth(config: FileConfig, host: string): void {
  const loopback = host === 'localhost' || host === '::1' || host.startsWith('127.');
  if (config.auth.mode === 'local' && !loopback) {
    throw platformFailure(
      'ConfigInvalid',
      `auth.mode = "local" only listens on loopback, not on ${host}; set auth.mode = "strict"`,
    );
  }
  if (config.auth.mode === 'strict' && !config.auth.behind_proxy && !loopback) {
    throw platformFailure(
      'ConfigInvalid',
      'auth.mode = "strict" off loopback needs TLS: put a proxy in front and set auth.behind_proxy = true',
    );
  }
}

/** How the launcher started this process; it ends with the launcher's channel. */
export const startedByLauncher = process.env.DALAMB_LAUNCHER === 'ipc';

/** npm or npx runs this below a shell of its own, which a signal ends without passing it on. */
export const startedByNpm = process.env.npm_command !== undefined;

/** Where the command line finds the platform. */
export const cliDefaults = {
  url: process.env.DALAMB_URL || `http://127.0.0.1:${process.env.DALAMB_PORT ?? '4566'}`,
  ...(process.env.DALAMB_ENV ? { environment: process.env.DALAMB_ENV } : {}),
  ...(process.env.DALAMB_TOKEN ? { token: process.env.DALAMB_TOKEN } : {}),
};
