/**
 * Who stands behind a request, as far as headers tell (DESIGN §6, "Browsers are strangers"): a program; a page of this very origin, or an
 * address typed by its user; or a page of somebody else.
 */
export type Visitor = 'program' | 'own-page' | 'stranger';

type Headers = Readonly<Record<string, string | undefined>>;

/** Browsers send Origin with everything but simple reads, and Sec-Fetch-Site with everything, to loopback and to https. */
export function visitorOf(headers: Headers): Visitor {
  const origin = headers.origin;
  const site = headers['sec-fetch-site'];
  if (origin === undefined && site === undefined) return 'program';
  if (origin !== undefined && !isOwnOrigin(origin, headers.host)) return 'stranger';
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return 'stranger';
  return 'own-page';
}

/** An origin is ours only if it is exactly where this request went: `null`, other ports and other names of ours are foreign. */
function isOwnOrigin(origin: string, host: string | undefined): boolean {
  if (host === undefined) return false;
  const lower = origin.toLowerCase();
  const authority = host.toLowerCase();
  return lower === `http://${authority}` || lower === `https://${authority}`;
}

/** Somebody followed a link to us: a whole document, by GET. It shows our page and gives the other page nothing. */
export function isVisit(method: string, headers: Headers): boolean {
  return method === 'GET' && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
}
