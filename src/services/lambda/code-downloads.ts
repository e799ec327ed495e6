import { isFailure } from '../../kernel/index.ts';
import type { RawRoute } from '../../model/index.ts';
import type { StoredCode } from './collections.ts';
import type { Lambda } from './deps.ts';

const PREFIX = '/_dalamb/code/';
const VALID_MS = 10 * 60 * 1000;
const CONTEXT = 'lambda code download';

/** A URL that gives the zip to whoever has it, for ten minutes: its last part is sealed, so that nobody can make one. */
export function codeLocation(lambda: Lambda, endpoint: string, code: StoredCode): string {
  const grant = JSON.stringify({ hash: code.hash, size: code.size, until: lambda.clock.now() + VALID_MS });
  return `${endpoint.replace(/\/$/, '')}${PREFIX}${lambda.secrets.seal(grant, CONTEXT)}`;
}

/** Serves those URLs. 403 for one that was not made here or is too old, 404 when the code is gone. */
export function codeRoute(lambda: Lambda): RawRoute {
  const refused = (status: number, text: string) => ({ status, headers: { 'content-type': 'text/plain' }, body: `${text}\n` });
  return {
    prefix: PREFIX,
    methods: ['GET'],
    async handle({ path }) {
      const grant = openGrant(lambda, path.slice(PREFIX.length));
      if (!grant || grant.until < lambda.clock.now()) return refused(403, 'this link is not valid, or no longer');
      try {
        const body = await lambda.store.blobs.read(grant.hash);
        const headers = { 'content-type': 'application/zip', 'content-length': String(grant.size) };
        return { status: 200, headers, body };
      } catch (error) {
        if (isFailure(error, 'BlobMissing')) return refused(404, 'this code was deleted');
        throw error;
      }
    },
  };
}

function openGrant(lambda: Lambda, token: string): { hash: string; size: number; until: number } | undefined {
  const grant = lambda.secrets.open(token, CONTEXT);
  return grant === undefined ? undefined : JSON.parse(grant);
}
