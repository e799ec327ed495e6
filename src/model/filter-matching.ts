import type { FilterPolicy, FilterPolicyScope } from './filter-policy.ts';
import type { PutAttribute } from './targets.ts';

type Values = ReadonlyMap<string, readonly unknown[]>;

/** Whether message attributes pass; Number attributes count as numbers, String.Array as each of its elements, Binary as absent. */
export function passesAttributes(policy: FilterPolicy, attributes: Readonly<Record<string, PutAttribute>>): boolean {
  const values = new Map<string, readonly unknown[]>();
  for (const key of policy.paths) {
    const attribute = Object.hasOwn(attributes, key) ? attributes[key] : undefined;
    if (attribute) values.set(key, valuesOf(attribute));
  }
  return passes(policy, values);
}

function valuesOf({ type, value }: PutAttribute): readonly unknown[] {
  if (type === 'String.Array') return elements(value);
  if (type.startsWith('Binary')) return [];
  return [type.startsWith('Number') ? Number(value) : value];
}

function elements(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

/** Whether a body passes: a JSON object whose values at each key, in arrays too, satisfy one of the key's rules. Other bodies never pass. */
export function passesBody(policy: FilterPolicy, body: string): boolean {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return false;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return passes(policy, leavesOf(value, policy.paths));
}

/** Which scope's test it is. */
export function passesPolicy(
  policy: FilterPolicy,
  scope: FilterPolicyScope,
  message: { readonly body: string; readonly attributes: Readonly<Record<string, PutAttribute>> },
): boolean {
  return scope === 'MessageBody' ? passesBody(policy, message.body) : passesAttributes(policy, message.attributes);
}

function passes(policy: FilterPolicy, values: Values): boolean {
  return policy.alternatives.some((alternative) =>
    alternative.every(([key, rules]) => {
      const found = values.get(key) ?? [];
      return rules.some((rule) => rule(found));
    }),
  );
}

/** The scalars below the policy's keys, with a stack of its own: bodies nest as deep as they like. */
function leavesOf(body: object, paths: ReadonlySet<string>): Values {
  const leaves = new Map<string, unknown[]>();
  const open: { readonly path: string; readonly value: unknown }[] = [{ path: '', value: body }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { path, value } = next;
    if (Array.isArray(value)) for (const element of value) open.push({ path, value: element });
    else if (typeof value === 'object' && value !== null) {
      for (const [key, member] of Object.entries(value)) {
        const full = path === '' ? key : `${path}.${key}`;
        if (paths.has(full)) open.push({ path: full, value: member });
      }
    } else {
      const found = leaves.get(path);
      if (found) found.push(value);
      else leaves.set(path, [value]);
    }
  }
  return leaves;
}
