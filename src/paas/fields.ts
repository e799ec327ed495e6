import { platformFailure } from '../kernel/index.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The body as an object with these members only. Throws InvalidRequest. */
export function fieldsOf(body: unknown, known: readonly string[]): Fields {
  const fields = body ?? {};
  if (typeof fields !== 'object' || Array.isArray(fields)) throw platformFailure('InvalidRequest', 'the body is a JSON object');
  const unknown = Object.keys(fields).find((name) => !known.includes(name));
  if (unknown !== undefined) throw platformFailure('InvalidRequest', `${unknown} is not one of ${known.join(', ')}`);
  return fields as Fields;
}

/** Throws InvalidRequest when it is there and no text, or when it must be there and is not. */
export function textField(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string' || value === '') throw platformFailure('InvalidRequest', `${name} is a text`);
  return value;
}

export function optionalText(fields: Fields, name: string): string | undefined {
  return fields[name] === undefined ? undefined : textField(fields, name);
}

/** Absent: false. Throws InvalidRequest when it is neither true nor false. */
export function flagField(fields: Fields, name: string): boolean {
  const value = fields[name] ?? false;
  if (typeof value !== 'boolean') throw platformFailure('InvalidRequest', `${name} is true or false`);
  return value;
}

/** Throws InvalidRequest when it is there and no object. */
export function objectField(fields: Fields, name: string): Readonly<Record<string, unknown>> | undefined {
  const value = fields[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw platformFailure('InvalidRequest', `${name} is an object`);
  return value as Readonly<Record<string, unknown>>;
}

/** Texts by name. Throws InvalidRequest. */
export function textsField(fields: Fields, name: string): Readonly<Record<string, string>> {
  const value = fields[name] ?? {};
  const wrong = typeof value !== 'object' || Array.isArray(value) || Object.values(value).some((one) => typeof one !== 'string');
  if (wrong) throw platformFailure('InvalidRequest', `${name} is an object of texts`);
  return value as Readonly<Record<string, string>>;
}

/** Names, each once. Throws InvalidRequest when it is there and no list of texts. */
export function namesField(fields: Fields, name: string): readonly string[] {
  const value = fields[name] ?? [];
  if (!Array.isArray(value) || value.some((one) => typeof one !== 'string' || one === ''))
    throw platformFailure('InvalidRequest', `${name} is a list of texts`);
  return [...new Set<string>(value)];
}
