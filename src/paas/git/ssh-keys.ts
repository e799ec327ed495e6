import type { AuthContext, Connection, PublicKeyAuthContext } from 'ssh2';
import type { Logger } from '../../kernel/index.ts';
import type { Actor, FindActor } from '../../model/index.ts';
import type { Ssh2 } from './ssh.ts';

interface Deps {
  readonly ssh2: Ssh2;
  readonly findActor: FindActor;
  readonly logger: Logger;
}

/** Keys that a connection may offer; OpenSSH's own servers take six. */
const MOST_OFFERED = 10;

/** Lets in who has a key that is known; the user name says nothing. Returns who it was, once the connection is ready. */
export function authenticate(connection: Connection, deps: Deps): () => Actor | undefined {
  let actor: Actor | undefined;
  let offered = 0;
  const judge = async (context: AuthContext) => {
    if (actor) return; // who was let in stays who they are
    if (context.method !== 'publickey') return context.reject(['publickey']);
    if (++offered > MOST_OFFERED) return void connection.end();
    const found = isSound(context) ? await deps.findActor({ sshKey: context.key.data }) : undefined;
    if (!found) return context.reject(['publickey']);
    if (context.signature === undefined) return context.accept(); // this key may be used: now sign with it
    if (!verifies(context, deps.ssh2)) return context.reject(['publickey']);
    actor = found;
    context.accept();
  };
  connection.on('authentication', (context) => {
    judge(context).catch((error) => {
      deps.logger.error('an SSH key could not be looked up', { error });
      context.reject(['publickey']);
    });
  });
  return () => actor;
}

/** No DSA, and no RSA with SHA-1. */
function isSound({ key, hashAlgo, signature }: PublicKeyAuthContext): boolean {
  if (key.algo === 'ssh-rsa') return signature === undefined || hashAlgo === 'sha256' || hashAlgo === 'sha512';
  return key.algo === 'ssh-ed25519' || key.algo.startsWith('ecdsa-sha2-nistp');
}

function verifies({ key, blob, signature, hashAlgo }: PublicKeyAuthContext, { utils }: Ssh2): boolean {
  const parsed = utils.parseKey(key.data);
  return !(parsed instanceof Error) && parsed.verify(blob!, signature!, hashAlgo) === true;
}
