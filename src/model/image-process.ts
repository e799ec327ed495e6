import type { ImageOverrides } from './functions.ts';
import type { ImageConfig } from './images.ts';

/** What an image starts. */
export interface ImageProcess {
  /** Empty: neither the image nor the function names a program. */
  readonly argv: readonly string[];
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** What AWS's base images take for the handler: the command. */
  readonly handler: string;
}

export function imageProcess(config: ImageConfig, overrides: ImageOverrides): ImageProcess {
  const entryPoint = overrides.entryPoint ?? config.entryPoint;
  const command = overrides.command ?? config.command;
  return {
    argv: [...entryPoint, ...command],
    workingDirectory: (overrides.workingDirectory ?? config.workingDirectory) || '/',
    environment: config.environment,
    handler: command.join(','),
  };
}

/** Why an image cannot run here whatever the function says of it; undefined when it can. */
export function imageFault({ environment, workingDirectory }: ImageConfig): string | undefined {
  const name = Object.keys(environment).find((one) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(one));
  if (name !== undefined)
    return `its variable ${JSON.stringify(name.slice(0, 100))} has a name that cannot be given to a process`;
  if (workingDirectory !== '' && !workingDirectory.startsWith('/')) return 'its working directory is not absolute';
  return undefined;
}
