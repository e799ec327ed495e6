import type { Item } from '../values/item.ts';
import { bindCondition, type Placeholders } from './bind-condition.ts';
import { bindUpdate } from './bind-update.ts';
import { bindPath, checkApart } from './bound-paths.ts';
import type { Condition, KeyCondition, Projection, Update } from './compiled.ts';
import { keyTerms } from './key-terms.ts';
import type { ExpressionKind } from './lexer.ts';
import { rememberParsed } from './parsed-before.ts';
import { parseCondition, parseKeyCondition, parseProjection, parseUpdate } from './parser.ts';
import { type AttributeNames, checkNames, checkUsed, checkValues } from './placeholders.ts';
import type { Parsed } from './syntax.ts';

/** The members of a request that carry expressions, as the wire gives them. */
export interface ExpressionInput {
  readonly ConditionExpression?: string;
  readonly FilterExpression?: string;
  readonly KeyConditionExpression?: string;
  readonly UpdateExpression?: string;
  readonly ProjectionExpression?: string;
  readonly ExpressionAttributeNames?: AttributeNames;
  readonly ExpressionAttributeValues?: Item;
}

/** Expressions ready to be applied to items; each is there when the request has it. */
export interface Bound {
  readonly condition?: Condition;
  readonly filter?: Condition;
  readonly keyCondition?: KeyCondition;
  readonly update?: Update;
  readonly projection?: Projection;
}

/** How one kind of expression is read, mostly from memory, and how its placeholders are filled in. */
interface How<T, B> {
  readonly kind: ExpressionKind;
  readonly parse: (text: string) => Parsed<T>;
  readonly bind: (tree: T, within: Placeholders) => B;
}

const how = <T, B>(kind: ExpressionKind, parse: (text: string) => Parsed<T>, bind: How<T, B>['bind']): How<T, B> => ({
  kind,
  parse: rememberParsed(parse),
  bind,
});

const conditions = how('Condition', (text) => parseCondition(text), bindCondition);
const filters = how('Filter', (text) => parseCondition(text, 'Filter'), bindCondition);
const keyConditions = how('KeyCondition', parseKeyCondition, (tree, within) => bindCondition(tree, within));
const updates = how('Update', parseUpdate, bindUpdate);
const projections = how('Projection', parseProjection, (tree, within): Projection => {
  const paths = tree.map((path) => bindPath(path, within));
  checkApart(within.kind, paths);
  return paths;
});

/**
 * Parses the expressions of a request, fills in their placeholders and checks all that can be known without table and item, in AWS's
 * order. Throws ValidationException to the word (spec/backends.md §3.4, §3.5). What was parsed lately is remembered by its text, so that
 * a call costs about a µs.
 */
export function bindExpressions(input: ExpressionInput): Bound {
  const { ExpressionAttributeNames, ExpressionAttributeValues } = input;
  if (ExpressionAttributeNames) checkNames(ExpressionAttributeNames);
  const request: Request = {
    names: ExpressionAttributeNames ?? NOTHING,
    values: ExpressionAttributeValues ? checkValues(ExpressionAttributeValues) : NOTHING,
    used: [],
  };
  const update = bind(input.UpdateExpression, updates, request);
  const condition = bind(input.ConditionExpression, conditions, request);
  const key = bind(input.KeyConditionExpression, keyConditions, request);
  const filter = bind(input.FilterExpression, filters, request);
  const projection = bind(input.ProjectionExpression, projections, request);
  if (ExpressionAttributeNames) checkUsed('names', ExpressionAttributeNames, request.used);
  if (ExpressionAttributeValues) checkUsed('values', ExpressionAttributeValues, request.used);
  return { update, condition, keyCondition: key && keyTerms(key), filter, projection };
}

const NOTHING = {};

interface Request {
  readonly names: AttributeNames;
  readonly values: Item;
  /** What was parsed, for the placeholders that occur in it. */
  readonly used: Parsed<unknown>[];
}

function bind<T, B>(text: string | undefined, { kind, parse, bind }: How<T, B>, { names, values, used }: Request): B | undefined {
  if (text === undefined) return undefined;
  const parsed = parse(text);
  used.push(parsed);
  return bind(parsed.tree, { kind, names, values });
}
