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
import type { Parsed, PathNode } from './syntax.ts';

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

const parsers = {
  condition: rememberParsed((text) => parseCondition(text, 'Condition')),
  filter: rememberParsed((text) => parseCondition(text, 'Filter')),
  keyCondition: rememberParsed(parseKeyCondition),
  update: rememberParsed(parseUpdate),
  projection: rememberParsed(parseProjection),
};

/**
 * Parses the expressions of a request (from memory, mostly), fills in their placeholders and checks all that can be known without table
 * and item, in AWS's order. Throws ValidationException to the word (spec/backends.md §3.4, §3.5). A few µs.
 */
export function bindExpressions(input: ExpressionInput): Bound {
  if (input.ExpressionAttributeNames) checkNames(input.ExpressionAttributeNames);
  const names = input.ExpressionAttributeNames ?? {};
  const values = input.ExpressionAttributeValues ? checkValues(input.ExpressionAttributeValues) : {};
  const used: Parsed<unknown>[] = [];
  const bind = <T, B>(text: string | undefined, how: How<T, B>): B | undefined => {
    if (text === undefined) return undefined;
    const parsed = how.parse(text);
    used.push(parsed);
    return how.bind(parsed.tree, { kind: how.kind, names, values });
  };
  const update = bind(input.UpdateExpression, { kind: 'Update', parse: parsers.update, bind: bindUpdate });
  const condition = bind(input.ConditionExpression, { kind: 'Condition', parse: parsers.condition, bind: bindCondition });
  const key = bind(input.KeyConditionExpression, { kind: 'KeyCondition', parse: parsers.keyCondition, bind: bindCondition });
  const filter = bind(input.FilterExpression, { kind: 'Filter', parse: parsers.filter, bind: bindCondition });
  const projection = bind(input.ProjectionExpression, { kind: 'Projection', parse: parsers.projection, bind: bindProjection });
  checkUsed(
    'ExpressionAttributeNames',
    input.ExpressionAttributeNames,
    used.map((parsed) => parsed.names),
  );
  checkUsed(
    'ExpressionAttributeValues',
    input.ExpressionAttributeValues,
    used.map((parsed) => parsed.values),
  );
  return { update, condition, keyCondition: key && keyTerms(key), filter, projection };
}

interface How<T, B> {
  readonly kind: ExpressionKind;
  readonly parse: (text: string) => Parsed<T>;
  readonly bind: (tree: T, within: Placeholders) => B;
}

function bindProjection(tree: readonly PathNode[], within: Placeholders): Projection {
  const paths = tree.map((path) => bindPath(path, within));
  checkApart(within.kind, paths);
  return paths;
}
