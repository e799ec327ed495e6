import { invalid } from '../values/invalid.ts';
import { type AttributeValue, checkValue, normalizeValue, typeOf } from '../values/item.ts';
import { type Bound, bindExpressions, type ExpressionInput } from './bind.ts';
import type { KeyCondition, KeyOperator, Projection, Update, UpdateAction } from './compiled.ts';
import {
  checkLegacyValues,
  type LegacyCondition,
  type LegacyExpected,
  legacyExpected,
  legacyFilter,
} from './legacy-conditions.ts';

/** One entry of AttributeUpdates. */
export interface LegacyUpdate {
  readonly Action?: string;
  readonly Value?: AttributeValue;
}

/** The members of a request that carry expressions, and those that did before there were any. */
export interface RequestInput extends ExpressionInput {
  readonly Expected?: Readonly<Record<string, LegacyExpected>>;
  readonly AttributeUpdates?: Readonly<Record<string, LegacyUpdate>>;
  readonly KeyConditions?: Readonly<Record<string, LegacyCondition>>;
  readonly QueryFilter?: Readonly<Record<string, LegacyCondition>>;
  readonly ScanFilter?: Readonly<Record<string, LegacyCondition>>;
  readonly ConditionalOperator?: string;
  readonly AttributesToGet?: readonly string[];
}

type Member = keyof RequestInput;

interface Members {
  readonly expressions: readonly Member[];
  readonly legacy: readonly Member[];
}

const WRITE: Members = { expressions: ['ConditionExpression'], legacy: ['Expected', 'ConditionalOperator'] };

/** Which members an operation has, in the order in which AWS lists them. */
const MEMBERS = {
  GetItem: { expressions: ['ProjectionExpression'], legacy: ['AttributesToGet'] },
  PutItem: WRITE,
  DeleteItem: WRITE,
  UpdateItem: {
    expressions: ['UpdateExpression', 'ConditionExpression'],
    legacy: ['AttributeUpdates', 'Expected', 'ConditionalOperator'],
  },
  Query: {
    expressions: ['ProjectionExpression', 'FilterExpression', 'KeyConditionExpression'],
    legacy: ['AttributesToGet', 'QueryFilter', 'ConditionalOperator', 'KeyConditions'],
  },
  Scan: {
    expressions: ['ProjectionExpression', 'FilterExpression'],
    legacy: ['AttributesToGet', 'ScanFilter', 'ConditionalOperator'],
  },
} satisfies Record<string, Members>;

/** The operations whose requests carry expressions; the parts of batches and transactions count as the single ones. */
export type ExpressionOperation = keyof typeof MEMBERS;

/**
 * All that a request says about items, in expressions or in the old parameters, ready to be applied. Throws ValidationException to the
 * word, for mixing both kinds too (spec/backends.md §3.4, §3.5).
 */
export function bindRequest(operation: ExpressionOperation, input: RequestInput): Bound {
  checkMembers(MEMBERS[operation], input);
  if (operation === 'Query' && input.KeyConditions === undefined && input.KeyConditionExpression === undefined) {
    throw invalid('Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.');
  }
  const bound = bindExpressions(input);
  if (!MEMBERS[operation].legacy.some((member) => input[member as Member] !== undefined)) return bound;
  const reads = operation === 'Query' || operation === 'Scan';
  const condition = reads
    ? legacyFilter(input.QueryFilter ?? input.ScanFilter ?? {}, input.ConditionalOperator)
    : legacyExpected(input.Expected ?? {}, input.ConditionalOperator);
  return {
    condition: bound.condition ?? (reads ? undefined : condition),
    filter: bound.filter ?? (reads ? condition : undefined),
    keyCondition: bound.keyCondition ?? (input.KeyConditions && legacyKeyCondition(input.KeyConditions)),
    update: bound.update ?? (input.AttributeUpdates && legacyUpdate(input.AttributeUpdates)),
    projection: bound.projection ?? (input.AttributesToGet && legacyProjection(input.AttributesToGet)),
  };
}

function checkMembers({ expressions, legacy }: Members, input: RequestInput): void {
  const given = (members: readonly Member[]) => members.filter((member) => input[member] !== undefined);
  const modern = given(expressions);
  const old = given(legacy).filter((member) => member !== 'KeyConditions' || input.KeyConditionExpression !== undefined);
  if (modern.length > 0 && old.length > 0) {
    throw invalid(
      `Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {${old.join(', ')}} Expression parameters: {${modern.join(', ')}}`,
    );
  }
  if (input.ExpressionAttributeNames && modern.length === 0) {
    throw invalid('ExpressionAttributeNames can only be specified when using expressions');
  }
  const valued = expressions.filter((member) => member !== 'ProjectionExpression');
  if (input.ExpressionAttributeValues && valued.length > 0 && given(valued).length === 0) {
    throw invalid(
      `ExpressionAttributeValues can only be specified when using expressions: ${valued.join(' and ')} ${valued.length > 1 ? 'are' : 'is'} null`,
    );
  }
}

const KEY_OPERATORS: Readonly<Record<string, KeyOperator>> = {
  EQ: '=',
  LT: '<',
  LE: '<=',
  GT: '>',
  GE: '>=',
  BETWEEN: 'between',
  BEGINS_WITH: 'begins_with',
};

function legacyKeyCondition(conditions: Readonly<Record<string, LegacyCondition>>): KeyCondition {
  const terms = Object.entries(conditions).map(([name, { ComparisonOperator = '', AttributeValueList = [] }]) => ({
    name,
    operator: KEY_OPERATORS[ComparisonOperator] ?? ('unsupported' as const),
    values: checkLegacyValues(ComparisonOperator, AttributeValueList),
  }));
  return { terms, legacy: true };
}

const refused = (detail: string) => invalid(`One or more parameter values were invalid: ${detail}`);

function legacyProjection(names: readonly string[]): Projection {
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice !== undefined) throw refused(`Duplicate value in attribute name: ${twice}`);
  return names.map((name) => [name]);
}

const SETS: readonly string[] = ['SS', 'NS', 'BS'];
const ADDABLE: readonly string[] = ['N', 'L', ...SETS];

function legacyUpdate(updates: Readonly<Record<string, LegacyUpdate>>): Update {
  for (const { Value } of Object.values(updates)) if (Value) checkValue(Value);
  return { actions: Object.entries(updates).map(([name, update]) => legacyAction(name, update)), legacy: true };
}

function legacyAction(name: string, { Action: action = 'PUT', Value: given }: LegacyUpdate): UpdateAction {
  const path = [name];
  if (!given) {
    if (action === 'DELETE') return { kind: 'remove', path };
    throw refused('Only DELETE action is allowed when no attribute value is specified');
  }
  const [value, type] = [normalizeValue(given), typeOf(given)];
  if (action === 'PUT') return { kind: 'set', path, value: { kind: 'value', value } };
  if (action === 'DELETE') {
    if (SETS.includes(type)) return { kind: 'delete', path, value };
    throw refused(`DELETE action with value is not supported for the type ${type}`);
  }
  if (ADDABLE.includes(type)) return { kind: 'add', path, value };
  throw refused(`ADD action is not supported for the type ${type}`);
}
