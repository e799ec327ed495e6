import type { NormalizedSchema } from '@smithy/core/schema';
import { NumericValue } from '@smithy/core/serde';
import { type Failure, fail } from '../kernel/index.ts';
import { catalogue } from './catalogue.ts';
import { compileRules, type Rule, violated } from './constraints.ts';
import type { ServiceName } from './contract.ts';
import { type Operation, requiredCount } from './operation.ts';
import { remembered } from './remembered.ts';
import { serviceModel } from './service-model.ts';

type Kind = 'structure' | 'list' | 'map' | 'string' | 'number' | 'boolean' | 'timestamp' | 'blob' | 'any';

/** What a value must be, worked out of a schema once. */
interface Plan {
  readonly kind: Kind;
  readonly union?: boolean;
  members?: readonly Member[];
  element?: Plan;
}

interface Member {
  readonly name: string;
  /** As AWS writes it in texts: the first letter small. */
  readonly spelled: string;
  readonly required: boolean;
  readonly plan: Plan;
  readonly rule?: Rule;
}

const rulesOfService = new Map<ServiceName, readonly Rule[]>();
const plans = new WeakMap<Operation, Plan>();
const structures = new WeakMap<object, Plan>();

/** One violated constraint: the value as AWS shows it, the member's path, and the constraint's text. */
export interface Violation {
  readonly shown: string;
  readonly path: string;
  readonly text: string;
  readonly value: unknown;
}

const MOST_VIOLATIONS = 20;
const DEEPEST = 200;

/** Throws SerializationException when a member's type is wrong; finds at most 20 violated constraints. */
export function violations(operation: Operation, input: Record<string, unknown>): Violation[] {
  const plan = remembered(plans, operation, () => planOf(operation.input, operation.service));
  const found: Violation[] = [];
  checkStructure(plan, input, '', { found, depth: 0 });
  return found;
}

/** Throws the service's validation failure when a constraint is violated (spec/lambda-api.md §1.2). */
export function validate(operation: Operation, input: Record<string, unknown>): void {
  const found = violations(operation, input);
  if (found.length > 0) throw validationFailure(operation.service, found);
}

export function validationFailure(service: ServiceName, found: readonly Violation[]): Failure {
  const [first] = found as [Violation, ...Violation[]];
  if (service === 'sqs' && first.text === 'Member must not be null') {
    return fail('MissingRequiredParameterException', `The request must contain the parameter ${upperFirst(first.path)}.`, {
      status: 400,
    });
  }
  const items = found.map(({ shown, path, text }) => `Value ${shown} at '${path}' failed to satisfy constraint: ${text}`);
  const count = found.length === 1 ? '1 validation error' : `${found.length} validation errors`;
  return fail(catalogue[service].validation, `${count} detected: ${items.join('; ')}`, { status: 400 });
}

const upperFirst = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

function planOf(schema: NormalizedSchema, service: ServiceName): Plan {
  if (schema.isUnitSchema()) return { kind: 'any' };
  if (schema.isStreaming()) return { kind: 'any' };
  if (schema.isStructSchema()) return structurePlan(schema, service);
  if (schema.isListSchema()) return { kind: 'list', element: planOf(schema.getValueSchema(), service) };
  if (schema.isMapSchema()) return { kind: 'map', element: planOf(schema.getValueSchema(), service) };
  if (schema.isStringSchema()) return { kind: 'string' };
  if (schema.isNumericSchema()) return { kind: 'number' };
  if (schema.isBooleanSchema()) return { kind: 'boolean' };
  if (schema.isTimestampSchema()) return { kind: 'timestamp' };
  return { kind: schema.isBlobSchema() ? 'blob' : 'any' };
}

/** Members whose violation AWS answers with an error of the service instead of the model's (spec/lambda-api.md §1.2, near-misses). */
const WORDED_BY_SERVICE: ReadonlySet<string> = new Set([
  'lambda.Runtime',
  's3.CopySource',
  's3.LocationConstraint',
  'sqs.AttributeNames',
  'sqs.Attributes',
  'sqs.MessageSystemAttributeNames',
  'sqs.MessageSystemAttributes',
]);

/** DynamoDB has its own words for values of several types (spec/backends.md §3.5). */
function structurePlan(schema: NormalizedSchema, service: ServiceName): Plan {
  const row = schema.getSchema() as unknown as object;
  const known = structures.get(row);
  if (known) return known;
  const plan: Plan = { kind: 'structure', union: schema.isUnionSchema() && service !== 'dynamodb' };
  structures.set(row, plan);
  const own = serviceModel(service).rulesOf(row) ?? {};
  const required = requiredCount(schema);
  plan.members = [...schema.structIterator()].map(([name, member], index) => ({
    name,
    spelled: `${name.charAt(0).toLowerCase()}${name.slice(1)}`,
    required: index < required,
    plan: planOf(member, service),
    rule: Object.hasOwn(own, name) && !WORDED_BY_SERVICE.has(`${service}.${name}`) ? rules(service)[own[name]!] : undefined,
  }));
  return plan;
}

function rules(service: ServiceName): readonly Rule[] {
  return remembered(rulesOfService, service, () => compileRules(serviceModel(service).rules));
}

interface Walk {
  readonly found: Violation[];
  depth: number;
}

function checkStructure(plan: Plan, value: unknown, path: string, walk: Walk): void {
  const given = record(value, 'structure or map');
  let set = 0;
  for (const member of plan.members ?? []) {
    const own = Object.hasOwn(given, member.name) ? given[member.name] : undefined;
    if (own === undefined || own === null) {
      if (member.required)
        report(walk, { shown: 'null', path: join(path, member.spelled), text: 'Member must not be null', value: own });
      continue;
    }
    set++;
    checkMember(member, own, join(path, member.spelled), walk);
  }
  if (plan.union && set > 1) throw serialization('Unions may have only one member set');
}

const join = (path: string, name: string) => (path === '' ? name : `${path}.${name}`);

function report(walk: Walk, violation: Violation): void {
  if (walk.found.length < MOST_VIOLATIONS) walk.found.push(violation);
}

function checkMember({ plan, rule }: Member, value: unknown, path: string, walk: Walk): void {
  checkValue(plan, value, path, walk);
  if (!rule) return;
  const texts = violated(rule, value);
  if (texts.length === 0) return;
  const shown = show(value);
  for (const text of texts) report(walk, { shown, path, text, value });
}

function checkValue(plan: Plan, value: unknown, path: string, walk: Walk): void {
  if (++walk.depth > DEEPEST) throw serialization('The request is nested too deeply');
  if (plan.kind === 'structure') checkStructure(plan, value, path, walk);
  else if (plan.kind === 'list') checkList(plan.element!, value, path, walk);
  else if (plan.kind === 'map') checkMap(plan.element!, value, path, walk);
  else checkScalar(plan.kind, value);
  walk.depth--;
}

function checkList(element: Plan, value: unknown, path: string, walk: Walk): void {
  if (!Array.isArray(value)) throw serialization(unexpected(value, 'list'));
  for (let index = 0; index < value.length; index++) {
    const item = value[index];
    if (item !== null && item !== undefined) checkValue(element, item, `${path}.${index + 1}.member`, walk);
  }
}

function checkMap(element: Plan, value: unknown, path: string, walk: Walk): void {
  const map = record(value, 'map');
  for (const key of Object.keys(map)) {
    const item = map[key];
    if (item !== null && item !== undefined) checkValue(element, item, `${path}.${key}.member`, walk);
  }
}

function record(value: unknown, wanted: string): Record<string, unknown> {
  if (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof Uint8Array)
  ) {
    return value as Record<string, unknown>;
  }
  throw serialization(unexpected(value, wanted));
}

const NAMES = { string: 'a String', number: 'an Integer', boolean: 'a Boolean', timestamp: 'a Date', blob: 'a Blob' } as const;

function checkScalar(kind: Kind, value: unknown): void {
  if (kind === 'any' || fitsScalar(kind, value)) return;
  const name = NAMES[kind as keyof typeof NAMES];
  const token = tokenOf(value);
  throw serialization(token === undefined ? unexpected(value, kind) : `${token} can not be converted to ${name}`);
}

function fitsScalar(kind: Kind, value: unknown): boolean {
  if (kind === 'string') return typeof value === 'string' || value instanceof String;
  if (kind === 'number') return typeof value === 'number' || typeof value === 'bigint' || value instanceof NumericValue;
  if (kind === 'boolean') return typeof value === 'boolean';
  if (kind === 'timestamp') return value instanceof Date && !Number.isNaN(value.getTime());
  return value instanceof Uint8Array;
}

function tokenOf(value: unknown): string | undefined {
  if (typeof value === 'string') return 'STRING_VALUE';
  if (typeof value === 'number') return Number.isInteger(value) ? 'NUMBER_VALUE' : 'DECIMAL_VALUE';
  if (typeof value === 'boolean') return value ? 'TRUE_VALUE' : 'FALSE_VALUE';
  return undefined;
}

function unexpected(value: unknown, wanted: string): string {
  if (Array.isArray(value)) return 'Start of list found where not expected';
  if (typeof value === 'object' && value !== null) return 'Start of structure or map found where not expected.';
  return wanted === 'list' ? 'Expected list or null' : 'Unexpected field type';
}

export function serialization(text: string): Failure {
  return fail('SerializationException', text, { status: 400 });
}

const LONGEST_SHOWN = 4096;

/** A value as AWS shows it: 'x', '[a, b]', '{k=v}'. */
function show(value: unknown): string {
  return `'${plain(value, 0).slice(0, LONGEST_SHOWN)}'`;
}

function plain(value: unknown, depth: number): string {
  if (depth > 8) return '…';
  if (Array.isArray(value))
    return `[${value
      .slice(0, 100)
      .map((item) => plain(item, depth + 1))
      .join(', ')}]`;
  if (value instanceof Uint8Array) return 'java.nio.HeapByteBuffer';
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'object' || value === null || value instanceof String) return String(value);
  const entries = Object.entries(value).slice(0, 100);
  return `{${entries.map(([key, item]) => `${key}=${plain(item, depth + 1)}`).join(', ')}}`;
}
