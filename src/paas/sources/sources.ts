import { fail } from '../../kernel/index.ts';
import {
  type EventSource,
  type OperateAt,
  type Place,
  type PlaceSource,
  parseArn,
  type RemoveSource,
} from '../../model/index.ts';
import { createTurns } from '../releases/turns.ts';
import { bucketSource } from './buckets.ts';
import { routeSource } from './http-routes.ts';
import { type Linking, refuseOurs, type SourceKind } from './linking.ts';
import { queueSource, streamSource, tableSource } from './mappings.ts';
import { routeUrl } from './route-url.ts';
import { ruleSource, scheduleSource } from './rules.ts';
import { topicSource } from './topics.ts';

/** By the scheme of a source (DESIGN §6). */
const kinds: Readonly<Record<string, SourceKind>> = {
  events: ruleSource,
  schedule: scheduleSource,
  s3: bucketSource,
  sqs: queueSource,
  dynamodb: tableSource,
  kinesis: streamSource,
  sns: topicSource,
  http: routeSource,
};

/** Services whose ARNs are sources. */
const BY_ARN = new Set(['s3', 'sqs', 'sns', 'kinesis', 'dynamodb']);

export interface Sources {
  readonly placeSource: PlaceSource;
  readonly removeSource: RemoveSource;
}

/** Event sources of functions, made of AWS's own resources. */
export function createSources(operateAt: OperateAt, publicUrl: () => string): Sources {
  const turns = createTurns();
  const { signal } = new AbortController(); // each operation ends by itself
  const inTurn = <T>({ kind, linking }: Read, work: () => Promise<T>): Promise<T> => {
    const shared = kind.shared?.(linking);
    return shared === undefined ? work() : turns.take(`${linking.account} ${linking.region} ${shared}`, signal, work);
  };
  return {
    async placeSource(place, functionArn, source) {
      const found = read(operateAt, place, functionArn, source);
      const { made, url } = await inTurn(found, () => found.kind.place(found.linking));
      return { ...source, function: functionArn, made, ...(url === undefined ? {} : { url: routeUrl(url, publicUrl()) }) };
    },
    async removeSource(place, functionArn, source) {
      const found = read(operateAt, place, functionArn, source);
      await inTurn(found, () => found.kind.remove(found.linking));
    },
  };
}

/** Throws InvalidRequest for what is no source, and for settings that are none. */
export function checkSource(source: string, settings?: EventSource['settings']): void {
  readSource(source);
  refuseOurs(settings);
}

interface Read {
  readonly kind: SourceKind;
  readonly linking: Linking;
}

function read(operateAt: OperateAt, place: Place, arn: string, { source, where, settings }: EventSource): Read {
  const { kind, what } = readSource(source);
  const { account, region } = place;
  const linking: Linking = { account, region, operate: operateAt({ account, region }), what, arn, where, settings };
  return { kind, linking };
}

function readSource(source: string): { readonly kind: SourceKind; readonly what: string } {
  const arn = parseArn(source);
  if (arn && BY_ARN.has(arn.service)) return { kind: kinds[arn.service]!, what: arnWhat(arn.service, arn.resource) };
  const scheme = /^([a-z0-9]+):(.+)$/s.exec(source);
  const kind = scheme && Object.hasOwn(kinds, scheme[1]!) ? kinds[scheme[1]!] : undefined;
  if (scheme && kind) return { kind, what: scheme[2]! };
  if (source === '' || source.includes(':'))
    throw fail(
      'InvalidRequest',
      `${JSON.stringify(source)} is no event source: they begin with ${Object.keys(kinds).join(', ')}`,
    );
  return { kind: ruleSource, what: source };
}

/** `table/NAME`, `stream/NAME` or the name itself. */
function arnWhat(service: string, resource: string): string {
  return service === 'dynamodb' || service === 'kinesis' ? (resource.split('/')[1] ?? resource) : resource;
}
