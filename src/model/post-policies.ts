import { type Failure, fail } from '../kernel/index.ts';

/** What a browser form says, as its policy is judged: names in lower case. */
export interface PostedForm {
  readonly fields: ReadonlyMap<string, string>;
  /** The bucket of the URL, whatever the form says. */
  readonly bucket: string;
  /** Epoch ms. */
  readonly now: number;
}

/** How many bytes the file may have, both inclusive. */
export interface LengthRange {
  readonly min: number;
  readonly max: number;
}

type Condition =
  | { readonly kind: 'eq' | 'starts-with'; readonly field: string; readonly value: string; readonly shown: string }
  | ({ readonly kind: 'content-length-range' } & LengthRange);

/** Fields that a policy need not name: it cannot, or they do nothing. */
const FREE = ['policy', 'x-amz-signature', 'signature', 'awsaccesskeyid', 'file'];

/**
 * Judges a form by its POST policy (base64 of JSON): not expired, every condition holds, every field has one (spec/backends.md §2.7).
 * Returns the range of lengths that all conditions allow. Throws InvalidPolicyDocument 400, AccessDenied 403.
 */
export function judgePostPolicy(policy: string, form: PostedForm): LengthRange | undefined {
  const { expiration, conditions } = readPolicy(policy);
  if (expiration <= form.now) throw refused('Policy expired.');
  const covered = new Set<string>(FREE);
  let range: LengthRange | undefined;
  for (const condition of conditions) {
    if (condition.kind === 'content-length-range') {
      range = { min: Math.max(condition.min, range?.min ?? 0), max: Math.min(condition.max, range?.max ?? condition.max) };
      continue;
    }
    covered.add(condition.field);
    const value = condition.field === 'bucket' ? form.bucket : form.fields.get(condition.field);
    if (value === undefined || !holds(condition, value)) throw refused(`Policy Condition failed: ${condition.shown}`);
  }
  const extra = [...form.fields.keys()].find((name) => !covered.has(name) && !name.startsWith('x-ignore-'));
  if (extra !== undefined) throw refused(`Extra input fields: ${extra}`);
  return range;
}

/** Content-Type may be a list, all of which must begin so. */
function holds({ kind, field, value: wanted }: Extract<Condition, { field: string }>, value: string): boolean {
  if (kind === 'eq') return value === wanted;
  if (field !== 'content-type') return value.startsWith(wanted);
  return value.split(',').every((one) => one.trim().startsWith(wanted));
}

function readPolicy(policy: string): { readonly expiration: number; readonly conditions: readonly Condition[] } {
  const document = parsed(policy);
  if (typeof document !== 'object' || document === null || Array.isArray(document)) throw invalid('Invalid JSON.');
  const { expiration, conditions } = document as { expiration?: unknown; conditions?: unknown };
  if (expiration === undefined) throw invalid('Policy missing expiration.');
  if (!Array.isArray(conditions)) throw invalid('Policy missing conditions.');
  return { expiration: readExpiration(expiration), conditions: conditions.map(readCondition) };
}

function parsed(policy: string): unknown {
  try {
    return JSON.parse(Buffer.from(policy, 'base64').toString('utf8'));
  } catch {
    throw invalid('Invalid JSON.');
  }
}

function readExpiration(expiration: unknown): number {
  const text =
    typeof expiration === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(expiration) ? expiration : '';
  const time = Date.parse(text);
  if (Number.isNaN(time))
    throw invalid(`Invalid 'expiration' value: '${typeof expiration === 'string' ? expiration.slice(0, 64) : ''}'`);
  return time;
}

function readCondition(given: unknown): Condition {
  if (Array.isArray(given)) return readTriple(given);
  const entries = typeof given === 'object' && given !== null ? Object.entries(given) : [];
  const [entry] = entries;
  if (!entry || entries.length > 1)
    throw invalid('Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.');
  return compared('eq', `$${entry[0]}`, entry[1]);
}

function readTriple(given: readonly unknown[]): Condition {
  const [operation, first, second] = given;
  const kind = typeof operation === 'string' ? operation.toLowerCase() : '';
  if (given.length !== 3) throw invalid(`Invalid ${kind.slice(0, 32)}: wrong number of arguments.`);
  if (kind === 'eq' || kind === 'starts-with') return compared(kind, first, second);
  if (kind !== 'content-length-range') throw invalid(`Invalid Condition: unknown operation '${kind.slice(0, 32)}'.`);
  const [min, max] = [bytesOf(first), bytesOf(second)];
  if (min > max) throw invalid('Invalid content-length-range: the lower bound is above the upper one.');
  return { kind, min, max };
}

function compared(kind: 'eq' | 'starts-with', field: unknown, value: unknown): Condition {
  if (typeof field !== 'string' || !field.startsWith('$') || field.length < 2)
    throw invalid(`Invalid ${kind}: a field must begin with '$'.`);
  if (typeof value !== 'string') throw invalid(`Invalid ${kind}: the value of a condition must be a string.`);
  const shown = `[${[kind, field, value].map((part) => JSON.stringify(part)).join(', ')}]`;
  return { kind, field: field.slice(1).toLowerCase(), value, shown };
}

function bytesOf(bound: unknown): number {
  const text = typeof bound === 'number' || typeof bound === 'string' ? String(bound) : '';
  if (!/^\d{1,15}$/.test(text)) throw invalid('Invalid content-length-range: bounds must be whole numbers.');
  return Number(text);
}

function refused(reason: string): Failure {
  return fail('AccessDenied', `Invalid according to Policy: ${reason}`, { status: 403 });
}

function invalid(reason: string): Failure {
  return fail('InvalidPolicyDocument', `Invalid Policy: ${reason}`);
}
