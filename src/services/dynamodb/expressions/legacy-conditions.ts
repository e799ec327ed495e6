import { invalid } from '../values/invalid.ts';
import { type AttributeValue, checkValue, compareValues, normalizeValue, typeOf } from '../values/item.ts';
import type { Comparator, Condition, Operand } from './compiled.ts';

/** One entry of KeyConditions, QueryFilter or ScanFilter. */
export interface LegacyCondition {
  readonly ComparisonOperator?: string;
  readonly AttributeValueList?: readonly AttributeValue[];
}

/** One entry of Expected. */
export interface LegacyExpected extends LegacyCondition {
  readonly Value?: AttributeValue;
  readonly Exists?: boolean;
}

const refused = (detail: string) => invalid(`One or more parameter values were invalid: ${detail}`);

/** How many values an operator takes at least and at most, and of which types where not of all. */
const OPERATORS: Readonly<Record<string, { readonly least: number; readonly most: number; readonly types?: readonly string[] }>> =
  {
    NULL: { least: 0, most: 0 },
    NOT_NULL: { least: 0, most: 0 },
    EQ: { least: 1, most: 1 },
    NE: { least: 1, most: 1 },
    LE: { least: 1, most: 1, types: ['S', 'N', 'B'] },
    LT: { least: 1, most: 1, types: ['S', 'N', 'B'] },
    GE: { least: 1, most: 1, types: ['S', 'N', 'B'] },
    GT: { least: 1, most: 1, types: ['S', 'N', 'B'] },
    CONTAINS: { least: 1, most: 1, types: ['S', 'N', 'B'] },
    NOT_CONTAINS: { least: 1, most: 1, types: ['S', 'N', 'B'] },
    BEGINS_WITH: { least: 1, most: 1, types: ['S', 'B'] },
    IN: { least: 1, most: Number.POSITIVE_INFINITY, types: ['S', 'N', 'B'] },
    BETWEEN: { least: 2, most: 2, types: ['S', 'N', 'B'] },
  };

/** Checks an operator and its values; gives the values with canonical numbers. Throws ValidationException. */
export function checkLegacyValues(operator: string, values: readonly AttributeValue[]): AttributeValue[] {
  for (const value of values) checkValue(value);
  const { least, most, types } = OPERATORS[operator]!;
  if (values.length < least || values.length > most) {
    throw refused(`Invalid number of argument(s) for the ${operator} ComparisonOperator`);
  }
  const kinds = values.map(typeOf);
  if (kinds.some((kind) => kind !== kinds[0])) {
    throw refused('AttributeValues inside AttributeValueList must be of same type');
  }
  const odd = types && kinds.find((kind) => !types.includes(kind));
  if (odd) throw refused(`ComparisonOperator ${operator} is not valid for ${odd} AttributeValue type`);
  const canonical = values.map(normalizeValue);
  if (operator === 'BETWEEN' && compareValues(canonical[0]!, canonical[1]!)! > 0) {
    throw invalid('The BETWEEN condition was provided a range where the lower bound is greater than the upper bound');
  }
  return canonical;
}

/** QueryFilter or ScanFilter as a condition; undefined when it is empty. Throws ValidationException. */
export function legacyFilter(
  filter: Readonly<Record<string, LegacyCondition>>,
  conditionalOperator: string | undefined,
): Condition | undefined {
  const conditions = Object.entries(filter).map(([name, { ComparisonOperator = '', AttributeValueList = [] }]) =>
    compared(name, ComparisonOperator, checkLegacyValues(ComparisonOperator, AttributeValueList)),
  );
  return joined(conditions, conditionalOperator);
}

/** Expected as a condition; undefined when it is empty. Throws ValidationException. */
export function legacyExpected(
  expected: Readonly<Record<string, LegacyExpected>>,
  conditionalOperator: string | undefined,
): Condition | undefined {
  return joined(
    Object.entries(expected).map(([name, entry]) => expectedOf(name, entry)),
    conditionalOperator,
  );
}

function joined(conditions: readonly Condition[], operator: string | undefined): Condition | undefined {
  if (operator !== undefined && conditions.length < 2) {
    throw invalid(
      conditions.length === 0
        ? 'ConditionalOperator cannot be used without Filter or Expected'
        : 'ConditionalOperator can only be used when Filter or Expected has two or more elements',
    );
  }
  const [first, ...others] = conditions;
  const kind = operator === 'OR' ? 'or' : 'and';
  return first && others.reduce<Condition>((left, right) => ({ kind, left, right }), first);
}

function expectedOf(name: string, entry: LegacyExpected): Condition {
  const { ComparisonOperator: operator, AttributeValueList: list, Value: value, Exists: exists } = entry;
  if (list && value) throw refused(`Value and AttributeValueList cannot be used together for Attribute: ${name}`);
  if (operator === undefined) return expectedValue(name, entry);
  if (exists !== undefined) throw refused(`Exists and ComparisonOperator cannot be used together for Attribute: ${name}`);
  if (operator !== 'NULL' && operator !== 'NOT_NULL' && !list && !value) {
    throw refused(`Value or AttributeValueList must be used with ComparisonOperator: ${operator} for Attribute: ${name}`);
  }
  return compared(name, operator, checkLegacyValues(operator, list ?? (value ? [value] : [])));
}

function expectedValue(name: string, { AttributeValueList: list, Value: value, Exists: exists }: LegacyExpected): Condition {
  if (list) throw refused(`AttributeValueList can only be used with a ComparisonOperator for Attribute: ${name}`);
  if (exists === false) {
    if (value) throw refused(`Value cannot be used when Exists is false for Attribute: ${name}`);
    return compared(name, 'NULL', []);
  }
  if (!value) throw refused(`Value must be provided when Exists is ${exists ?? 'null'} for Attribute: ${name}`);
  return compared(name, 'EQ', checkLegacyValues('EQ', [value]));
}

const COMPARATORS: Readonly<Record<string, Comparator>> = { EQ: '=', NE: '<>', LT: '<', LE: '<=', GT: '>', GE: '>=' };

function compared(name: string, operator: string, values: readonly AttributeValue[]): Condition {
  const operand: Operand = { kind: 'path', path: [name] };
  const list = values.map((value): Operand => ({ kind: 'value', value }));
  const [first, second] = list as [Operand, Operand];
  switch (operator) {
    case 'NULL':
      return { kind: 'missing', operand };
    case 'NOT_NULL':
      return { kind: 'exists', operand };
    case 'CONTAINS':
      return { kind: 'contains', operand, sought: first };
    case 'NOT_CONTAINS':
      return { kind: 'not', of: { kind: 'contains', operand, sought: first } };
    case 'BEGINS_WITH':
      return { kind: 'begins_with', operand, sought: first };
    case 'IN':
      return { kind: 'in', operand, list };
    case 'BETWEEN':
      return { kind: 'between', operand, low: first, high: second };
    default:
      return { kind: 'compare', operator: COMPARATORS[operator]!, left: operand, right: first };
  }
}
