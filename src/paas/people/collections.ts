import { type Collection, collection, type StoreSchema, type TopicSpec } from '../../kernel/index.ts';
import type { Grant } from '../../model/index.ts';

/** A user is who has one of these. */
export interface Membership extends Grant {
  readonly user: string;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly createdBy: string;
}

export const memberships: Collection<Membership> = collection<Membership>({
  name: 'paas.memberships',
  key: ['user', 'app', 'account'],
  indexes: [
    { name: 'account', fields: ['account'] },
    { name: 'app', fields: ['app'] },
  ],
});

export interface StoredToken {
  readonly id: string;
  readonly user: string;
  /** SHA-256 of the secret part, hex: 260 random bits need no salt and no slow hash. */
  readonly hash: string;
  readonly scope?: Grant;
  readonly note?: string;
  /** Epoch ms, as are all. */
  readonly createdAt: number;
  readonly createdBy: string;
  readonly expiresAt?: number;
}

export const tokens: Collection<StoredToken> = collection<StoredToken>({
  name: 'paas.tokens',
  key: ['id'],
  indexes: [{ name: 'user', fields: ['user'] }],
});

export interface StoredSshKey {
  /** `SHA256:…`, as ssh-keygen -l shows it. */
  readonly fingerprint: string;
  readonly user: string;
  /** `ssh-ed25519`, `ecdsa-sha2-nistp256`, … */
  readonly algorithm: string;
  readonly comment: string;
  readonly createdAt: number;
  readonly createdBy: string;
}

export const sshKeys: Collection<StoredSshKey> = collection<StoredSshKey>({
  name: 'paas.ssh-keys',
  key: ['fingerprint'],
  indexes: [{ name: 'user', fields: ['user'] }],
});

const DAY_MS = 24 * 3600_000;

/** What was done by whom; body is an AuditBody. */
export const auditTopic: TopicSpec = { name: 'paas.audit', lanes: 1, retention: { ageMs: 400 * DAY_MS, bytes: 256 * 2 ** 20 } };

export const peopleSchema: StoreSchema = { collections: [memberships, tokens, sshKeys] as never, topics: [auditTopic] };
