import { z } from 'zod';
import { appRoles } from '../../model/index.ts';

/** What the control API of people answers. */

const epochMs = z.number().describe('epoch ms');
const role = z.enum(appRoles);
const grant = {
  role,
  app: z.string().describe('* is all'),
  account: z.string().describe('12 digits; * is all'),
};

/** Actor. */
const actorShown = {
  name: z.string().describe('user; local for who needs no token; account:… for an access key'),
  kind: z.enum(['user', 'local', 'key', 'webhook']),
  credential: z.string().describe('by what it was known; never a secret').optional(),
};

export const whoamiShown = z.strictObject({
  actor: z.strictObject({ ...actorShown, scope: z.strictObject(grant).optional() }),
  roles: z.array(z.strictObject({ ...grant, environment: z.string().optional() })),
});

/** Membership. */
export const memberShown = z
  .strictObject({
    user: z.string(),
    ...grant,
    environment: z.string().describe('name of the account, where it is not all').optional(),
    createdAt: epochMs,
    createdBy: z.string(),
  })
  .meta({ id: 'Member' });

/** TokenShown. */
export const tokenShown = z.strictObject({
  id: z.string(),
  user: z.string(),
  scope: z.strictObject(grant).optional(),
  note: z.string().optional(),
  createdAt: epochMs,
  createdBy: z.string(),
  expiresAt: epochMs.optional(),
});

/** StoredSshKey. */
export const sshKeyShown = z.strictObject({
  fingerprint: z.string(),
  user: z.string(),
  algorithm: z.string(),
  comment: z.string(),
  createdAt: epochMs,
  createdBy: z.string(),
});

/** AuditPage. */
export const auditPage = z.strictObject({
  entries: z.array(
    z.strictObject({
      action: z.string(),
      at: epochMs,
      actor: z.strictObject(actorShown),
      app: z.string().optional(),
      account: z.string().optional(),
      detail: z.string(),
    }),
  ),
  next: z.int().describe('before of older ones').optional(),
});
