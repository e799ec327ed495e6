import type { Reader } from '../../kernel/index.ts';
import { attachments, roles } from './collections.ts';
import { wholeRange } from './whole-range.ts';

/** Names of the roles that a managed policy is attached to, and of those that it bounds. */
export async function policyUsage(read: Reader, account: string, arn: string) {
  const attached = await wholeRange(read, attachments, { index: 'policy', prefix: [account, arn] });
  const bounded = await wholeRange(read, roles, { index: 'boundary', prefix: [account, arn] });
  return { attached: attached.map((entry) => entry.role), bounded: bounded.map((role) => role.name) };
}
