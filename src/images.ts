import type { Config } from './config.ts';
import { MIB } from './kernel/index.ts';
import { createMayConnect } from './sandbox/index.ts';
import { type EcrDeps, type EcrService, ecrService } from './services/ecr/index.ts';

export interface ImagePorts extends Omit<EcrDeps, 'mayConnect' | 'settings' | 'unpackLayer'> {
  readonly config: Pick<Config, 'auth' | 'egress' | 'images' | 'server'>;
  readonly trees: { readonly unpackLayer: EcrDeps['unpackLayer'] };
  /** The door, which is built later. */
  readonly late: { readonly gateway?: { url(): string } };
}

/** The service of images, with what the configuration file means to it. */
export function imageService(ports: ImagePorts): EcrService {
  const { config, clock, trees, late } = ports;
  return ecrService({
    ...ports,
    unpackLayer: (below, layer) => trees.unpackLayer(below, layer),
    mayConnect: createMayConnect(config.egress, clock),
    settings: {
      mode: config.auth.mode,
      behindProxy: config.auth.behind_proxy,
      address: () => (late.gateway?.url() ?? '').replace('http://', ''),
      isOwnHost: (host) => isOwnHost(config, late.gateway?.url() ?? '', host),
      insecure: config.images.insecure,
      layerBytes: config.images.layer_mib * MIB,
      cacheBytes: config.images.cache_mib * MIB,
    },
  });
}

/** Whether `HOST[:PORT]` of an image's reference is this server: its own address, or the one that people outside use. */
function isOwnHost({ server, auth }: ImagePorts['config'], url: string, host: string): boolean {
  if (server.url !== undefined && new URL(server.url).host === host) return true;
  const [, name = '', port] = /^(.*?)(?::(\d+))?$/.exec(host) ?? [];
  const names = ['localhost', '127.0.0.1', '[::1]', server.host, ...server.names].map((one) => one.toLowerCase());
  if (!names.includes(name)) return false;
  return port === undefined ? auth.behind_proxy : url.endsWith(`:${port}`);
}
