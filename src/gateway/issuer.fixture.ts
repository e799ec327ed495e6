import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** An OpenID issuer on loopback, with real keys. */
export interface Issuer {
  readonly url: string;
  /** Requests for the key set so far. */
  fetched(): number;
  /** A key under that id; published unless hidden. */
  addKey(id: string, kind: 'rsa' | 'ec', hidden?: boolean): void;
  token(claims: object, options?: { key?: string; algorithm?: string }): string;
  /** What the discovery document answers instead. */
  discovery?: string;
  close(): void;
}

export async function openIssuer(): Promise<Issuer> {
  const keys = new Map<string, { kind: 'rsa' | 'ec'; privateKey: KeyObject; publicKey: KeyObject; hidden: boolean }>();
  let fetched = 0;
  const server = http.createServer((req, res) => {
    res.setHeader('content-type', 'application/json');
    if (req.url === '/.well-known/openid-configuration')
      return void res.end(issuer.discovery ?? JSON.stringify({ issuer: issuer.url, jwks_uri: `${issuer.url}/keys` }));
    fetched++;
    const shown = [...keys].filter(([, { hidden }]) => !hidden);
    res.end(
      JSON.stringify({
        keys: shown.map(([kid, { publicKey }]) => ({ ...publicKey.export({ format: 'jwk' }), kid, use: 'sig' })),
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer: Issuer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fetched: () => fetched,
    addKey(id, kind, hidden = false) {
      const pair =
        kind === 'rsa'
          ? generateKeyPairSync('rsa', { modulusLength: 2048 })
          : generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
      keys.set(id, { kind, ...pair, hidden });
    },
    token(claims, { key = [...keys.keys()][0]!, algorithm } = {}) {
      const { kind, privateKey } = keys.get(key)!;
      const alg = algorithm ?? (kind === 'rsa' ? 'RS256' : 'ES256');
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const signed = `${part({ alg, kid: key })}.${part(claims)}`;
      const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
      return `${signed}.${signature.toString('base64url')}`;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  return issuer;
}
