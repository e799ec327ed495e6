import { type HttpProxyIntegration, withStageVariables } from '../model/index.ts';
import type { ApiCall } from './http-api-call.ts';
import type { OutgoingAnswer, OutgoingRequest } from './outgoing.ts';
import { domainName, isHopByHop, type SeenRequest } from './payload-v2.ts';
import type { UrlAnswer } from './url-answer.ts';

/**
 * The request that an HTTP integration makes: the integration's URL with the route's variables put in, the method, headers and query of the
 * client as they were mapped. Undefined when a variable would climb out of the URL's path.
 */
export function proxyRequest(
  call: ApiCall,
  { integration, seen }: { readonly integration: HttpProxyIntegration; readonly seen: SeenRequest },
): Pick<OutgoingRequest, 'protocol' | 'authority' | 'path' | 'method' | 'headers'> | undefined {
  const url = withStageVariables(integration.url, call.stage.variables);
  const [, scheme = '', authority = '', rest = ''] = /^(https?):\/\/([^/?]+)(.*)$/.exec(url) ?? [];
  const filled = fillPath(rest, call);
  if (filled === undefined || (seen.path !== undefined && climbs(seen.path))) return undefined;
  const [ownPath = '', ownQuery = ''] = splitQuery(filled);
  const path = seen.path === undefined ? ownPath : encodePath(seen.path);
  const query = [ownQuery, seen.rawQuery].filter((part) => part !== '').join('&');
  return {
    protocol: scheme === 'https' ? 'https:' : 'http:',
    authority,
    path: `${path.startsWith('/') ? path : `/${path}`}${query === '' ? '' : `?${query}`}`,
    method: integration.method === 'ANY' ? call.exchange.method : integration.method,
    headers: proxyHeaders(call, seen),
  };
}

function splitQuery(text: string): readonly [string, string] {
  const mark = text.indexOf('?');
  return mark < 0 ? [text, ''] : [text.slice(0, mark), text.slice(mark + 1)];
}

function fillPath(text: string, { parameters, route }: ApiCall): string | undefined {
  let safe = true;
  const filled = text.replace(/\{([\w.-]+)\+?\}/g, (_, name: string) => {
    const value = Object.hasOwn(parameters, name) ? parameters[name]! : '';
    safe &&= !climbs(value);
    return route.key.includes(`{${name}+}`) ? encodePath(value) : encodeURIComponent(value);
  });
  return safe ? filled : undefined;
}

/** Servers take these segments for the way up. */
function climbs(path: string): boolean {
  return path.split(/[/\\]/).some((segment) => segment === '.' || segment === '..');
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

function proxyHeaders({ exchange }: ApiCall, seen: SeenRequest): Record<string, readonly string[]> {
  const headers: Record<string, readonly string[]> = {};
  for (const [name, values] of Object.entries(seen.headers)) {
    if (!isHopByHop(name) && name !== 'host' && name !== 'content-length') headers[name] = values;
  }
  const from = exchange.sourceIp.includes(':') ? `"[${exchange.sourceIp}]"` : exchange.sourceIp;
  return { ...headers, forwarded: [`for=${from};host=${domainName(exchange)};proto=http`] };
}

/** What comes back, for the client: status, body and headers, but those of the connection. An answer to HEAD keeps the length that it tells. */
export function proxiedAnswer({ status, headers, body }: OutgoingAnswer, method: string): UrlAnswer {
  const own = method === 'HEAD' ? ['date'] : ['date', 'content-length'];
  const kept = Object.entries(headers).filter(([name]) => !isHopByHop(name) && !own.includes(name));
  return {
    status,
    body,
    headers: Object.fromEntries(kept.map(([name, values]) => [name, values.length === 1 ? values[0]! : [...values]])),
  };
}
