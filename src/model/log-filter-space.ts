import { fieldTest } from './log-filter-values.ts';

type FieldTest = (value: string) => boolean;

interface Field {
  readonly rest: boolean;
  readonly test: FieldTest;
}

const CONDITION = /^\s*([A-Za-z_$][\w$-]*)?\s*(=|!=|<=|>=|<|>)\s*("(?:[^"\\]|\\.)*"|%(?:[^%\\]|\\.)*%|[^\s,&|=<>!]+)\s*/;

/** `[ip, user, ..., status = 4*, bytes > 1000]`: fields by place; `...` stands for any number of them. */
export function spaceFilter(text: string): ((message: string) => boolean) | undefined {
  if (!text.endsWith(']')) return undefined;
  const fields: Field[] = [];
  for (const part of splitFields(text.slice(1, -1))) {
    const field = parseField(part);
    if (!field) return undefined;
    fields.push(field);
  }
  const rest = fields.findIndex((field) => field.rest);
  if (fields.filter((field) => field.rest).length > 1) return undefined;
  return (message) => {
    const values = words(message);
    if (rest < 0) return values.length === fields.length && fields.every((field, i) => field.test(values[i]!));
    const tail = fields.length - rest - 1;
    if (values.length < fields.length - 1) return false;
    const head = fields.slice(0, rest).every((field, i) => field.test(values[i]!));
    return head && fields.slice(rest + 1).every((field, i) => field.test(values[values.length - tail + i]!));
  };
}

/** The fields of a message by the names that such a pattern gives them; those that `...` stands for have none. */
export function spaceFields(text: string): (message: string) => Record<string, string> {
  const names = splitFields(text.slice(1, -1)).map((part) => /^[A-Za-z_$][\w$-]*/.exec(part)?.[0]);
  const rest = splitFields(text.slice(1, -1)).indexOf('...');
  return (message) => {
    const values = words(message);
    const fields: Record<string, string> = {};
    for (const [i, name] of names.entries()) {
      const value = values[rest >= 0 && i > rest ? values.length - names.length + i : i];
      if (name !== undefined && value !== undefined) fields[name] = value;
    }
    return fields;
  };
}

function splitFields(text: string): string[] {
  const parts = [''];
  let quote = '';
  for (const c of text) {
    if (c === '"' || c === '%') quote = quote === c ? '' : quote === '' ? c : quote;
    if (c === ',' && quote === '') parts.push('');
    else parts[parts.length - 1] += c;
  }
  return parts.map((part) => part.trim());
}

function parseField(text: string): Field | undefined {
  if (text === '...') return { rest: true, test: () => true };
  if (/^[A-Za-z_$][\w$-]*$/.test(text)) return { rest: false, test: () => true };
  const tests = text.split('||').map((alternative) => {
    const parts = alternative.split('&&').map(parseCondition);
    return parts.every((part) => part !== undefined) ? (value: string) => parts.every((part) => part!(value)) : undefined;
  });
  if (tests.includes(undefined)) return undefined;
  return { rest: false, test: (value) => tests.some((test) => test!(value)) };
}

function parseCondition(text: string): FieldTest | undefined {
  const found = CONDITION.exec(text);
  return found && found[0].length === text.length ? fieldTest(found[2]!, found[3]!) : undefined;
}

/** Words of a message; what stands in quotes or brackets is one. */
function words(message: string): string[] {
  const found = message.match(/"[^"]*"|\[[^\]]*\]|[^\s"[]\S*|\S+/g) ?? [];
  return found.map((word) => (word.length > 1 && /^["[]/.test(word) && /["\]]$/.test(word) ? word.slice(1, -1) : word));
}
