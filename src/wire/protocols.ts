import { fail, isFailure } from '../kernel/index.ts';
import { createRpc, type RpcName } from './aws-json.ts';
import { createAwsQuery } from './aws-query.ts';
import { catalogue, type ProtocolName } from './catalogue.ts';
import type { Decoded, Match, ServiceName, WireRequest } from './contract.ts';
import { type Operation, operationOf } from './operation.ts';
import type { Protocol } from './protocol.ts';
import { remembered } from './remembered.ts';
import { createRestJson } from './rest-json.ts';
import { createS3 } from './s3.ts';
import { serialization } from './validate.ts';

/** Reads an input's members; neither types nor constraints are checked yet. Throws SerializationException or MalformedXML. */
export function readInput(request: WireRequest, match: Match, operation: Operation): Decoded | Promise<Decoded> {
  const refuse = (error: unknown) => {
    throw isFailure(error) ? error : undecodable(match, error);
  };
  try {
    const decoded = protocolOf(match).decode(request, match, operation);
    return decoded instanceof Promise ? decoded.catch(refuse) : decoded;
  } catch (error) {
    return refuse(error);
  }
}

/** Whatever a codec throws at bytes from outside means that they could not be read; connection errors stay what they are. */
function undecodable(match: Match, error: unknown): unknown {
  if (typeof (error as NodeJS.ErrnoException).code === 'string')
    return fail('IncompleteBody', 'The request body terminated unexpectedly', { cause: error });
  if (match.service !== 's3')
    return serialization(error instanceof SyntaxError ? 'The request body is not valid.' : 'The request cannot be read.');
  const text = 'The XML you provided was not well-formed or did not validate against our published schema';
  return fail('MalformedXML', text, { status: 400 });
}

/** The operation of a match; throws UnknownOperationException when the model lacks it. */
export function knownOperation(match: Match): Operation {
  const operation = operationOf(match.service, match.operation);
  if (!operation)
    throw fail('UnknownOperationException', `${match.service} has no operation ${match.operation}`, { status: 400 });
  return operation;
}

const protocols = new Map<ServiceName, Map<string, Protocol>>();

/** The codec of a match's service and protocol, kept. */
export function protocolOf({ service, protocol }: Match): Protocol {
  const known = protocols.get(service)?.get(protocol);
  if (known) return known;
  const own = remembered(protocols, service, () => new Map<string, Protocol>());
  return remembered(own, protocol, () => createProtocol(service, protocol as ProtocolName));
}

function createProtocol(service: ServiceName, protocol: ProtocolName): Protocol {
  if (!catalogue[service].protocols.includes(protocol) && protocol !== 'awsJson1_0' && protocol !== 'awsJson1_1') {
    throw fail('UnknownOperationException', `${service} does not speak ${protocol}`, { status: 404 });
  }
  if (protocol === 'restJson1') return createRestJson(service);
  if (protocol === 'restXml') return createS3();
  return protocol === 'awsQuery' ? createAwsQuery(service) : createRpc(service, protocol as RpcName);
}
