import { deref, NormalizedSchema } from '@smithy/core/schema';
import type { ServiceName } from './contract.ts';
import { remembered } from './remembered.ts';
import { type ServiceModel, serviceModel } from './service-model.ts';

/** A member that travels outside of the body. */
export interface Bound {
  readonly name: string;
  readonly schema: NormalizedSchema;
  /** Header or prefix in lower case, or the query name, or the label. */
  readonly wire: string;
  /** Header as the model spells it. */
  readonly spelled: string;
  readonly required: boolean;
  /** Text of an ordinary kind: taken and given as it is. */
  readonly plain: boolean;
}

export interface Bindings {
  readonly label: readonly Bound[];
  readonly header: readonly Bound[];
  readonly prefix: readonly Bound[];
  readonly query: readonly Bound[];
  readonly queryParams: readonly Bound[];
  readonly payload?: Bound;
  readonly status?: Bound;
  /** The structure that the body holds; absent when nothing is bound to it. */
  readonly body?: NormalizedSchema;
}

export interface Segment {
  readonly literal?: string;
  readonly label?: string;
  readonly greedy: boolean;
}

export interface Route {
  readonly method: string;
  readonly segments: readonly Segment[];
  /** Fixed parts of the query; '' is any value. */
  readonly literals: readonly (readonly [name: string, value: string])[];
  readonly status: number;
}

/** One operation of one service, with what its protocol needs worked out once. */
export interface Operation {
  readonly name: string;
  readonly service: ServiceName;
  readonly input: NormalizedSchema;
  readonly output: NormalizedSchema;
  readonly in: Bindings;
  readonly out: Bindings;
  readonly route?: Route;
  /** The member that is an event stream, or ''. */
  readonly inEvents: string;
  readonly outEvents: string;
  readonly checksumRequired: boolean;
}

const known = new Map<ServiceName, Map<string, Operation>>();

/** Finds an operation of a service, or undefined; worked out at first use. */
export function operationOf(service: ServiceName, name: string): Operation | undefined {
  let operation = known.get(service)?.get(name);
  if (!operation) {
    const model = serviceModel(service);
    const row = model.row(name);
    if (!row) return undefined;
    operation = build(model, row);
    remembered(known, service, () => new Map<string, Operation>()).set(name, operation);
  }
  return operation;
}

function build(model: ServiceModel, row: readonly unknown[]): Operation {
  const input = NormalizedSchema.of(deref(row[4] as never));
  const output = NormalizedSchema.of(deref(row[5] as never));
  const name = row[2] as string;
  const traits = row[3] as { http?: [string, string, number] } | number;
  const http = typeof traits === 'object' ? traits.http : undefined;
  return {
    name,
    service: model.service,
    input,
    output,
    in: bindings(input),
    out: bindings(output),
    route: http && routeOf(http, bindings(input), model.service),
    inEvents: input.isUnitSchema() ? '' : input.getEventStreamMember(),
    outEvents: output.isUnitSchema() ? '' : output.getEventStreamMember(),
    checksumRequired: model.checksumRequired.includes(name),
  };
}

function routeOf([method, uri, status]: [string, string, number], bound: Bindings, service: ServiceName): Route {
  const [path = '', query = ''] = uri.split('?');
  // The SDK leaves the bucket to its endpoint rules; here every S3 request is routed in path style.
  const bucket = service === 's3' && bound.label.some((label) => label.name === 'Bucket') ? '/{Bucket}' : '';
  const segments = `${bucket}${path}`
    .split('/')
    .slice(1)
    .filter((part, index, all) => part !== '' || index < all.length - 1)
    .map((part): Segment => {
      const label = /^\{([^}+]+)(\+)?\}$/.exec(part);
      return label ? { label: label[1]!, greedy: label[2] !== undefined } : { literal: part, greedy: false };
    });
  return { method, segments, literals: [...new URLSearchParams(query)], status };
}

type Traits = Record<string, unknown>;

function placeOf(traits: Traits): keyof Bindings | 'none' {
  if (traits.httpPayload) return 'payload';
  if (traits.httpLabel) return 'label';
  if (traits.httpHeader) return 'header';
  if (typeof traits.httpPrefixHeaders === 'string') return 'prefix';
  if (traits.httpQuery) return 'query';
  if (traits.httpQueryParams) return 'queryParams';
  return traits.httpResponseCode ? 'status' : 'none';
}

function bindings(structure: NormalizedSchema): Bindings {
  const found = { label: [], header: [], prefix: [], query: [], queryParams: [] } as Record<string, Bound[]>;
  const single: { payload?: Bound; status?: Bound } = {};
  const body = new Set<string>();
  if (!structure.isUnitSchema() && structure.isStructSchema()) {
    const required = requiredCount(structure);
    let index = 0;
    for (const [name, schema] of structure.structIterator()) {
      const traits = schema.getMergedTraits() as Traits;
      const place = placeOf(traits);
      const spelled = String(traits.httpHeader ?? traits.httpPrefixHeaders ?? traits.httpQuery ?? name);
      const wire = place === 'header' || place === 'prefix' ? spelled.toLowerCase() : spelled;
      const plain = schema.getSchema() === 0 && !traits.mediaType;
      const bound = { name, schema, wire, spelled, required: index++ < required, plain };
      if (place === 'none') body.add(name);
      else if (place === 'payload' || place === 'status') single[place] = bound;
      else found[place]!.push(bound);
    }
  }
  return {
    ...(found as unknown as Bindings),
    ...single,
    body: body.size > 0 ? subset(structure, (name) => body.has(name)) : undefined,
  };
}

/** How many of a structure's members, counted from the first, are required. */
export function requiredCount(structure: NormalizedSchema): number {
  return ((structure.getSchema() as unknown[])[6] as number | undefined) ?? 0;
}

/** A structure with some of the members of another, under another name if one is given. */
export function subset(structure: NormalizedSchema, keep: (name: string) => boolean, name?: string): NormalizedSchema {
  const row = structure.getSchema() as unknown as [number, string, string, unknown, string[], unknown[]];
  const picked = row[4].map((_, index) => index).filter((index) => keep(row[4][index]!));
  const traits = typeof row[3] === 'object' ? { ...row[3] } : row[3];
  const named = name === undefined ? traits : { ...(typeof traits === 'object' ? traits : {}), xmlName: name };
  const schema = [row[0] === -3 ? 3 : row[0], row[1], name ?? row[2], named];
  return NormalizedSchema.of([...schema, picked.map((i) => row[4][i]), picked.map((i) => row[5][i]), 0] as never);
}
