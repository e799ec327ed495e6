import path from 'node:path';
import type { Config } from './config.ts';
import { createJavaClient, download, findRuntimes, type RuntimeCatalogue } from './invoke/index.ts';
import type { Clock } from './kernel/index.ts';
import { createMayConnect } from './sandbox/index.ts';

export interface RuntimePlaces {
  readonly config: Pick<Config, 'build' | 'directory' | 'runtimes'>;
  readonly installation: string;
  /** As this process sees it. */
  readonly dataDirectory: string;
  readonly clock: Clock;
}

const CENTRAL = 'https://repo.maven.apache.org/maven2';
/** Below the data directory: what is fetched for runtimes, and shown to sandboxes. */
const FETCHED = 'runtimes';

/** What functions can be written in on this machine. AWS's client for Java comes from where builders have their packages. */
export function findMachineRuntimes({ config, installation, dataDirectory, clock }: RuntimePlaces): Promise<RuntimeCatalogue> {
  const { allow, environment } = config.build;
  const mayConnect = createMayConnect({ enabled: allow.length > 0, allow, deny: [] }, clock);
  const at = path.join(FETCHED, 'java');
  const javaClient = createJavaClient({
    directory: path.join(dataDirectory, at),
    directoryName: path.join(config.directory, at),
    repository: environment.MAVEN_MIRROR_URL ?? CENTRAL,
    download: (url) => download(mayConnect, url),
  });
  return findRuntimes({ installation, javaClient, folders: config.runtimes.folders });
}

/** What services ask of it. */
export function runtimePorts({ entries }: RuntimeCatalogue) {
  return {
    availableRuntimes: () => [...entries.keys()],
    prepareRuntime: async (name: string) => entries.get(name)?.prepare?.(),
  };
}
