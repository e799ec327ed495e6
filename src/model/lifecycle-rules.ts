import { fail } from '../kernel/index.ts';
import { checkTags, type Tag } from './resource-tags.ts';

/** A rule as clients write and read it (the SDK's LifecycleRule). Dates may be ISO texts. */
export interface GivenLifecycleRule {
  readonly ID?: string | undefined;
  readonly Status?: string | undefined;
  readonly Prefix?: string | undefined;
  readonly Filter?: GivenFilter | undefined;
  readonly Expiration?:
    | {
        readonly Days?: number | undefined;
        readonly Date?: Date | string | undefined;
        readonly ExpiredObjectDeleteMarker?: boolean | undefined;
      }
    | undefined;
  readonly NoncurrentVersionExpiration?:
    | { readonly NoncurrentDays?: number | undefined; readonly NewerNoncurrentVersions?: number | undefined }
    | undefined;
  readonly AbortIncompleteMultipartUpload?: { readonly DaysAfterInitiation?: number | undefined } | undefined;
  readonly Transitions?: readonly object[] | undefined;
  readonly NoncurrentVersionTransitions?: readonly object[] | undefined;
}

type GivenTag = { readonly Key: string | undefined; readonly Value: string | undefined };

interface Sizes {
  readonly Prefix?: string | undefined;
  readonly ObjectSizeGreaterThan?: number | undefined;
  readonly ObjectSizeLessThan?: number | undefined;
}

interface GivenFilter extends Sizes {
  readonly Tag?: GivenTag | undefined;
  readonly And?: (Sizes & { readonly Tags?: readonly GivenTag[] | undefined }) | undefined;
}

/** A rule as it is judged. */
export interface LifecycleRule {
  readonly id: string;
  readonly enabled: boolean;
  readonly prefix: string;
  /** All of them must be on the object. */
  readonly tags: readonly Tag[];
  /** Bytes, both exclusive. */
  readonly above?: number;
  readonly below?: number;
  readonly expiration?: { readonly days?: number /** Epoch ms. */; readonly date?: number; readonly markers?: boolean };
  /** keep: how many of the newest noncurrent versions stay whatever their age. */
  readonly noncurrent?: { readonly days: number; readonly keep: number };
  readonly abortDays?: number;
}

const MOST_RULES = 1000;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Checks a lifecycle configuration whose rules all have ids (spec/backends.md §2.1; texts as AWS gives them). Throws MalformedXML,
 * InvalidArgument, InvalidRequest; NotImplemented 501 for transitions, since there is one storage class.
 */
export function readLifecycleRules(given: readonly GivenLifecycleRule[]): readonly LifecycleRule[] {
  if (given.length === 0 || given.length > MOST_RULES) throw malformed();
  const rules = given.map(readRule);
  if (new Set(rules.map(({ id }) => id)).size < rules.length)
    throw invalid('Rule ID must be unique. Found same ID for more than one rule');
  return rules;
}

function readRule(given: GivenLifecycleRule): LifecycleRule {
  const { ID: id = '', Status, Transitions, NoncurrentVersionTransitions } = given;
  if (Status !== 'Enabled' && Status !== 'Disabled') throw malformed();
  if (id.length > 255) throw invalid('ID length should not exceed allowed limit of 255');
  if (Transitions?.length) throw notImplemented('Transition');
  if (NoncurrentVersionTransitions?.length) throw notImplemented('NoncurrentVersionTransition');
  const rule = {
    id,
    enabled: Status === 'Enabled',
    ...readFilter(given),
    ...readExpiration(given),
    ...readNoncurrent(given),
    ...readAbort(given),
  };
  if (!rule.expiration && !rule.noncurrent && rule.abortDays === undefined)
    throw refused('At least one action needs to be specified in a rule');
  checkScope(rule);
  return rule;
}

function readFilter({ Prefix, Filter }: GivenLifecycleRule): Pick<LifecycleRule, 'prefix' | 'tags' | 'above' | 'below'> {
  if ((Prefix === undefined) === (Filter === undefined)) throw malformed();
  const { And, Tag, ...single } = Filter || {};
  const alone = [Tag, ...Object.values(single), And].filter((one) => one !== undefined);
  if (alone.length > 1) throw malformed();
  if (And && countOf(And) < 2) throw malformed();
  const { Prefix: prefix = Prefix ?? '', ObjectSizeGreaterThan: above, ObjectSizeLessThan: below } = And ?? single;
  const tags = And?.Tags ?? (Tag ? [Tag] : []);
  if (new Set(tags.map(({ Key }) => Key)).size < tags.length) throw refused('Duplicate Tag Keys are not allowed.');
  if (above !== undefined && below !== undefined && above + 1 >= below)
    throw refused("'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'.");
  return {
    prefix,
    tags: checkTags(tags as { Key?: string; Value?: string }[], 50),
    ...(above === undefined ? {} : { above }),
    ...(below === undefined ? {} : { below }),
  };
}

function countOf({ Tags = [], ...others }: NonNullable<GivenFilter['And']>): number {
  return Tags.length + Object.values(others).filter((one) => one !== undefined).length;
}

function readExpiration({ Expiration }: GivenLifecycleRule): Pick<LifecycleRule, 'expiration'> {
  if (!Expiration) return {};
  const { Days: days, Date: at, ExpiredObjectDeleteMarker: markers } = Expiration;
  if ([days, at, markers].filter((one) => one !== undefined).length !== 1) throw malformed();
  if (days !== undefined) checkPositive(days, "'Days' for Expiration action must be a positive integer");
  const date = at === undefined ? undefined : new Date(at).getTime();
  if (Number.isNaN(date)) throw malformed();
  if (date !== undefined && date % DAY_MS !== 0) throw invalid("'Date' must be at midnight GMT");
  if (days !== undefined) return { expiration: { days } };
  return { expiration: date === undefined ? { markers: markers === true } : { date } };
}

function readNoncurrent({ NoncurrentVersionExpiration: given }: GivenLifecycleRule): Pick<LifecycleRule, 'noncurrent'> {
  if (!given) return {};
  const { NoncurrentDays: days, NewerNoncurrentVersions: keep } = given;
  if (days === undefined) throw malformed();
  checkPositive(days, "'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer");
  if (keep !== undefined)
    checkPositive(keep, "'NewerNoncurrentVersions' for NoncurrentVersionExpiration action must be a positive integer");
  return { noncurrent: { days, keep: keep ?? 0 } };
}

function readAbort({ AbortIncompleteMultipartUpload: given }: GivenLifecycleRule): Pick<LifecycleRule, 'abortDays'> {
  if (!given) return {};
  const { DaysAfterInitiation: abortDays } = given;
  if (abortDays === undefined) throw malformed();
  checkPositive(abortDays, "'DaysAfterInitiation' for AbortIncompleteMultipartUpload action must be a positive integer");
  return { abortDays };
}

/** Uploads have neither tags nor size, delete markers no tags. */
function checkScope({ tags, above, below, abortDays, expiration }: LifecycleRule): void {
  if (abortDays !== undefined && tags.length > 0) throw refused('AbortIncompleteMultipartUpload cannot be specified with Tags.');
  if (abortDays !== undefined && (above ?? below) !== undefined)
    throw refused('AbortIncompleteMultipartUpload cannot be specified with Object Size.');
  if (expiration?.markers !== undefined && tags.length > 0)
    throw refused('ExpiredObjectDeleteMarker cannot be specified with Tags.');
  if (expiration?.markers !== undefined && (above ?? below) !== undefined)
    throw refused('ExpiredObjectDeleteMarker cannot be specified with Object Size.');
}

function checkPositive(value: number, message: string): void {
  if (!Number.isInteger(value) || value <= 0 || value > 2 ** 31 - 1) throw invalid(message);
}

function malformed() {
  return fail('MalformedXML', 'The XML you provided was not well-formed or did not validate against our published schema');
}

function invalid(message: string) {
  return fail('InvalidArgument', message);
}

function refused(message: string) {
  return fail('InvalidRequest', message);
}

function notImplemented(what: string) {
  return fail('NotImplemented', `${what} to another storage class is not implemented`, { status: 501, fault: 'caller' });
}
