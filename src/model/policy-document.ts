import { type Failure, fail } from '../kernel/index.ts';
import { type ArnPattern, compileArnPattern, compileGlob, type Glob } from './globs.ts';
import { type Condition, compileCondition } from './policy-conditions.ts';

/** Where a policy hangs, which decides what its statements must and must not say. */
export type PolicyKind = 'identity' | 'resource' | 'trust';

/** A policy document, checked and compiled for evaluation. */
export interface Policy {
  readonly statements: readonly Statement[];
}

export interface Statement {
  readonly sid?: string;
  readonly allow: boolean;
  readonly principals?: Principals;
  readonly notPrincipals: boolean;
  /** Lower case. */
  readonly actions: readonly Glob[];
  readonly notActions: boolean;
  readonly resources: readonly ArnPattern[];
  readonly notResources: boolean;
  readonly conditions: readonly Condition[];
}

export interface Principals {
  readonly any: boolean;
  /** Account ids, ARNs and unique ids. */
  readonly aws: readonly string[];
  readonly services: readonly string[];
}

type Json = Readonly<Record<string, unknown>>;

const malformed = (message: string): Failure => fail('MalformedPolicyDocument', message, { status: 400 });
const syntax = () => malformed('Syntax errors in policy.');

/** Reads a document's text; throws MalformedPolicyDocument with AWS's texts (spec/backends.md §11). */
export function parsePolicy(text: string, kind: PolicyKind): Policy {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed('This policy contains invalid Json');
  }
  return compilePolicy(value, kind);
}

/** The same of parsed JSON. */
export function compilePolicy(value: unknown, kind: PolicyKind): Policy {
  const document = object(value);
  const version = document.Version ?? '2008-10-17';
  if (version !== '2012-10-17' && version !== '2008-10-17') throw syntax();
  only(document, ['Version', 'Id', 'Statement']);
  const variables = version === '2012-10-17';
  if (document.Statement === undefined) throw syntax();
  const list = Array.isArray(document.Statement) ? document.Statement : [document.Statement];
  if (list.length === 0 && kind !== 'resource') throw syntax();
  const statements = list.map((entry) => statement(object(entry), kind, variables));
  const sids = statements.flatMap((entry) => (entry.sid ? [entry.sid] : []));
  if (new Set(sids).size < sids.length) throw malformed('Statement IDs (SID) in a single policy must be unique.');
  return { statements };
}

const FIELDS = ['Sid', 'Effect', 'Principal', 'NotPrincipal', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'];

function statement(entry: Json, kind: PolicyKind, variables: boolean): Statement {
  only(entry, FIELDS);
  if (entry.Effect !== 'Allow' && entry.Effect !== 'Deny') throw syntax();
  if (entry.Sid !== undefined && typeof entry.Sid !== 'string') throw syntax();
  const sid = entry.Sid as string | undefined;
  if (kind === 'identity' && sid !== undefined && !/^[0-9A-Za-z]*$/.test(sid)) {
    throw malformed(
      'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
    );
  }
  return {
    sid,
    allow: entry.Effect === 'Allow',
    ...principalPart(entry, kind),
    ...actionPart(entry, kind),
    ...resourcePart(entry, kind, variables),
    conditions: conditions(entry.Condition, variables),
  };
}

function principalPart(entry: Json, kind: PolicyKind): Pick<Statement, 'principals' | 'notPrincipals'> {
  const given = one(entry, 'Principal', 'NotPrincipal');
  if (kind === 'identity') {
    if (given !== undefined) throw malformed('Policy document should not specify a principal.');
    return { notPrincipals: false };
  }
  if (given === undefined) throw malformed('Missing required field Principal');
  if (kind === 'trust' && entry.NotPrincipal !== undefined && entry.Effect === 'Allow') throw syntax();
  return { principals: principals(given), notPrincipals: entry.NotPrincipal !== undefined };
}

function principals(given: unknown): Principals {
  if (given === '*') return { any: true, aws: [], services: [] };
  const map = object(given);
  only(map, ['AWS', 'Service', 'Federated', 'CanonicalUser']);
  const aws = map.AWS === undefined ? [] : strings(map.AWS);
  const services = map.Service === undefined ? [] : strings(map.Service);
  const bad = aws.find((value) => !isAwsPrincipal(value));
  if (bad !== undefined) throw malformed(`Invalid principal in policy: "AWS":"${bad.slice(0, 256)}"`);
  const stranger = services.find(
    (value) => !/^[a-z0-9][a-z0-9.-]{0,120}\.(amazonaws\.com(\.cn)?|amazon\.com|aws\.internal)$/.test(value),
  );
  if (stranger !== undefined) throw malformed(`Invalid principal in policy: "SERVICE":"${stranger.slice(0, 256)}"`);
  if (Object.keys(map).length === 0) throw syntax();
  return { any: aws.includes('*'), aws, services };
}

function isAwsPrincipal(value: string): boolean {
  if (value === '*' || /^\d{12}$/.test(value) || /^A(ROA|IDA|GPA)[A-Z0-9]{12,124}$/.test(value)) return true;
  return /^arn:aws[a-z-]*:(iam::\d{12}:(root|(role|user)\/[\w+=,.@/-]+)|sts::\d{12}:(assumed-role|federated-user)\/[\w+=,.@/-]+)$/.test(
    value,
  );
}

function actionPart(entry: Json, kind: PolicyKind): Pick<Statement, 'actions' | 'notActions'> {
  const given = one(entry, 'Action', 'NotAction');
  if (given === undefined) throw malformed('Policy statement must contain actions.');
  const actions = strings(given);
  for (const action of actions) {
    if (action === '*') continue;
    if (!action.includes(':')) {
      throw malformed('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
    }
    if (!/^[A-Za-z0-9-]+:[A-Za-z0-9*?]+$/.test(action)) throw syntax();
    if (kind === 'trust' && !action.toLowerCase().startsWith('sts:')) {
      throw malformed('AssumeRole policy may only specify STS AssumeRole actions.');
    }
  }
  return {
    actions: actions.map((action) => compileGlob(action.toLowerCase(), false)),
    notActions: entry.NotAction !== undefined,
  };
}

function resourcePart(entry: Json, kind: PolicyKind, variables: boolean): Pick<Statement, 'resources' | 'notResources'> {
  const given = one(entry, 'Resource', 'NotResource');
  if (kind === 'trust') {
    if (given !== undefined) throw malformed('Has prohibited field Resource');
    return { resources: ['any'], notResources: false };
  }
  if (given === undefined) throw malformed('Policy statement must contain resources.');
  const resources = strings(given).map((text) => {
    const pattern = compileArnPattern(text, variables);
    if (!pattern) throw malformed(`Resource ${text.slice(0, 256)} must be in ARN format or "*".`);
    return pattern;
  });
  return { resources, notResources: entry.NotResource !== undefined };
}

function conditions(given: unknown, variables: boolean): Condition[] {
  if (given === undefined) return [];
  return Object.entries(object(given)).flatMap(([operator, keys]) =>
    Object.entries(object(keys)).map(([key, values]) => {
      const condition = compileCondition(operator, key, scalars(values), variables);
      if (!condition) throw syntax();
      return condition;
    }),
  );
}

function object(value: unknown): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw syntax();
  return value as Json;
}

function only(value: Json, allowed: readonly string[]): void {
  if (Object.keys(value).some((key) => !allowed.includes(key))) throw syntax();
}

/** The value of a field or of its negation; never both. */
function one(entry: Json, field: string, negation: string): unknown {
  if (entry[field] !== undefined && entry[negation] !== undefined) throw syntax();
  return entry[field] ?? entry[negation];
}

function strings(value: unknown): readonly string[] {
  const list = Array.isArray(value) ? value : [value];
  if (list.length === 0 || list.some((item) => typeof item !== 'string')) throw syntax();
  return list as string[];
}

function scalars(value: unknown): readonly string[] {
  const list = Array.isArray(value) ? value : [value];
  if (list.some((item) => !['string', 'number', 'boolean'].includes(typeof item))) throw syntax();
  return list.map(String);
}
