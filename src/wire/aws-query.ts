import type { NormalizedSchema } from '@smithy/core/schema';
import { fail } from '../kernel/index.ts';
import { type Codec, xmlCodec } from './codecs.ts';
import type { ServiceName } from './contract.ts';
import { tell } from './failures.ts';
import { type Operation, subset } from './operation.ts';
import { escapeXml, noTrailers, type Protocol } from './protocol.ts';
import { readForm } from './query-parse.ts';
import { stateOf } from './request-state.ts';
import { createScalars } from './scalars.ts';
import { serviceModel } from './service-model.ts';

const scalars = createScalars(false, 'date-time', (_schema, text) =>
  fail('MalformedInput', `The value '${text.slice(0, 100)}' cannot be understood.`, { status: 400 }),
);
const TEXT_XML = { 'content-type': 'text/xml' };

/** The one namespace that neither model carries. */
const NAMESPACES: Partial<Record<ServiceName, string>> = { sqs: 'http://queue.amazonaws.com/doc/2012-11-05/' };

/** The protocol of spec/backends.md §1.4. */
export function createAwsQuery(service: ServiceName): Protocol {
  const model = serviceModel(service);
  const namespace = NAMESPACES[service] ?? model.xmlNamespace ?? '';
  const codec = xmlCodec(model.namespace, undefined, false);
  const results = new Map<string, NormalizedSchema>();
  return {
    async decode(request, _match, operation) {
      const state = stateOf(request);
      const form = state.form ?? state.query;
      const input = operation.input.isUnitSchema() ? {} : readForm(operation.input, form, scalars);
      if (service === 'sqs') nameQueue(input, state.path, request.headers.host);
      return { input, trailers: noTrailers };
    },
    encode(output, { operation, requestId }) {
      const inner = operation.output.isUnitSchema() ? '' : result(codec, results, operation, output);
      const { name } = operation;
      const body = `<${name}Response xmlns="${namespace}">${inner}<ResponseMetadata><RequestId>${escapeXml(requestId)}</RequestId></ResponseMetadata></${name}Response>`;
      return { status: 200, headers: { ...TEXT_XML, 'x-amzn-requestid': requestId }, body };
    },
    encodeError(failure, { requestId }) {
      const { code, message, status } = tell(failure, service, 'awsQuery');
      const type = status >= 500 ? 'Receiver' : 'Sender';
      const body = `<ErrorResponse xmlns="${namespace}"><Error><Type>${type}</Type><Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message></Error><RequestId>${escapeXml(requestId)}</RequestId></ErrorResponse>`;
      return { status, headers: { ...TEXT_XML, 'x-amzn-requestid': requestId }, body };
    },
  };
}

/** Older clients name the queue by the path that they post to (spec/backends.md §6.1). */
function nameQueue(input: Record<string, unknown>, path: string, host = 'localhost'): void {
  if (input.QueueUrl === undefined && /^\/(?:queue\/[a-z0-9-]+\/)?\d{12}\/[^/]+\/?$/.test(path))
    input.QueueUrl = `http://${host}${path}`;
}

function result(
  codec: Codec,
  results: Map<string, NormalizedSchema>,
  operation: Operation,
  output: Record<string, unknown>,
): string {
  let schema = results.get(operation.name);
  if (!schema) {
    schema = subset(operation.output, () => true, `${operation.name}Result`);
    results.set(operation.name, schema);
  }
  return String(codec.write(schema, output));
}
