import { parsePolicy } from '../../model/index.ts';
import { limitExceeded, policySize } from './found.ts';

const LIMIT = 6144;

/** A managed policy's document: well formed and at most 6,144 characters. */
export function checkedDocument(text: string): string {
  parsePolicy(text, 'identity');
  if (policySize(text) > LIMIT) throw limitExceeded(`Cannot exceed quota for PolicySize: ${LIMIT}`);
  return text;
}
