import { createPrivateKey, generateKeyPair, type KeyObject, sign as signBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { bug, platformFailure, type Service } from '../../kernel/index.ts';
import type { NotificationFacts, RawRoute } from '../../model/index.ts';
import { selfSignedCertificate } from './certificate.ts';
import { type SigningKey, signingKeys } from './collections.ts';
import type { SnsDeps } from './deps.ts';

const PURPOSE = 'sns.signing-key';
const KEY_BITS = 2048;
const YEARS = 20;
const MOST_REMEMBERED = 256;

/** Signs what goes to subscribers with the platform's own key, which start makes once, and serves the certificate that verifies it. */
export interface Signer extends Service {
  readonly facts: () => Pick<NotificationFacts, 'sign' | 'certificatePath'>;
  readonly route: RawRoute;
}

const PREFIX = '/_dalamb/sns/';

/** Before start has ended nothing can be signed. */
export function createSigner(deps: SnsDeps): Signer {
  let ready: { readonly key: KeyObject; readonly certificate: string; readonly path: string } | undefined;
  const remembered = new Map<string, string>();
  const loaded = () => {
    if (!ready) throw bug('the signing key of SNS is not there yet');
    return ready;
  };
  // One message has many subscribers: all of a protocol get the same signature.
  const sign: NotificationFacts['sign'] = (version, text) => {
    const name = `${version} ${text}`;
    const known = remembered.get(name) ?? signText(loaded().key, version, text);
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.set(name, known);
    return known;
  };
  return {
    async start() {
      const stored = (await deps.store.read.get(signingKeys, ['current'])) ?? (await makeKey(deps));
      const pem = deps.box.open(stored.sealed, PURPOSE);
      if (pem === undefined) throw platformFailure('SecretUnreadable', 'the signing key of SNS');
      ready = { key: createPrivateKey(pem), certificate: stored.certificate, path: pathOf(stored.certificate) };
    },
    async stop() {},
    facts: () => ({ certificatePath: loaded().path, sign }),
    route: {
      prefix: PREFIX,
      methods: ['GET', 'HEAD'],
      handle: async ({ path }) => {
        const { certificate, path: own } = loaded();
        if (path !== own) throw platformFailure('NoSuchThing', path);
        const headers = { 'content-type': 'application/x-pem-file', 'cache-control': 'public, max-age=86400' };
        return { status: 200, headers, body: certificate };
      },
    },
  };
}

function signText(key: KeyObject, version: '1' | '2', text: string): string {
  return signBytes(version === '2' ? 'sha256' : 'sha1', Buffer.from(text), key).toString('base64');
}

/** The name changes with the certificate, since clients keep it. */
function pathOf(certificate: string): string {
  const middle = certificate.replace(/-----[A-Z ]+-----|\n/g, '');
  return `${PREFIX}SimpleNotificationService-${Buffer.from(middle.slice(-48), 'base64').toString('hex').slice(0, 32)}.pem`;
}

/** Of two processes that make one, the first is right. */
async function makeKey({ store, clock, ids, box }: SnsDeps): Promise<SigningKey> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: KEY_BITS });
  const now = clock.now();
  const certificate = selfSignedCertificate({
    privateKey,
    commonName: 'sns.dalamb',
    notBefore: now - 86_400_000,
    notAfter: now + YEARS * 365 * 86_400_000,
    serial: ids.hex(16),
  });
  const sealed = box.seal(privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, PURPOSE);
  const made: SigningKey = { id: 'current', certificate, sealed };
  return store.transact(async (tx) => {
    const first = await tx.get(signingKeys, ['current']);
    if (first) return first;
    await tx.put(signingKeys, made);
    return made;
  });
}
