import { type Failure, fail } from '../kernel/index.ts';
import { type JsonPath, parseJsonPath, valueAt } from './json-paths.ts';

/** What a target says about what it gets; at most one of them. Absent: the event as it is. */
export interface InputSetting {
  readonly Input?: string | undefined;
  readonly InputPath?: string | undefined;
  readonly InputTransformer?:
    | { readonly InputPathsMap?: Readonly<Record<string, string>> | undefined; readonly InputTemplate?: string | undefined }
    | undefined;
}

/** The event and what is known about its way. */
export interface ShapedFrom {
  /** As delivered: `version` to `detail`. */
  readonly event: Readonly<Record<string, unknown>>;
  /** The same as JSON text. */
  readonly text: () => string;
  readonly ruleArn: string;
  readonly ruleName: string;
  /** `2026-01-01T00:00:00Z`. */
  readonly ingested: string;
}

/** Makes what a target gets; undefined when the template does not make JSON of this event, which AWS drops. */
export type Shape = (from: ShapedFrom) => string | undefined;

/** Compiles and checks a target's input. Throws ValidationException 400 (spec/backends.md §8.3). */
export function compileInput(target: string, given: InputSetting): Shape {
  const { Input, InputPath, InputTransformer } = given;
  if ([Input, InputPath, InputTransformer].filter((one) => one !== undefined).length > 1) {
    throw invalid(`Only one of Input, InputPath, or InputTransformer must be provided for target ${target}.`);
  }
  if (Input !== undefined) return constant(target, Input);
  if (InputPath !== undefined) return selected(target, InputPath);
  if (InputTransformer !== undefined) {
    const { InputPathsMap = {}, InputTemplate = '' } = InputTransformer;
    return transformed(target, InputPathsMap, InputTemplate);
  }
  return ({ text }) => text();
}

const invalid = (text: string): Failure => fail('ValidationException', text);

function constant(target: string, text: string): Shape {
  if (!isJson(text)) throw invalid(`JSON syntax error in input for target ${target}.`);
  return () => text;
}

function selected(target: string, text: string): Shape {
  const path = pathOf(target, text);
  return ({ event, text: whole }) => (path.length === 0 ? whole() : (JSON.stringify(valueAt(event, path)) ?? 'null'));
}

function pathOf(target: string, text: string): JsonPath {
  const path = parseJsonPath(text);
  if (!path) throw invalid(`Invalid InputPath for target ${target}.`);
  return path;
}

/** A piece of a template: text, or the place of a value. */
type Piece = string | { readonly value: (from: ShapedFrom) => unknown; readonly quoted: boolean };

function transformed(target: string, map: Readonly<Record<string, string>>, template: string): Shape {
  const paths = new Map<string, JsonPath>();
  for (const [name, path] of Object.entries(map)) {
    if (!/^[A-Za-z0-9_-]+$/.test(name) || /^AWS/i.test(name))
      throw invalid(`Invalid InputPathsMap key ${name} for target ${target}.`);
    paths.set(name, pathOf(target, path));
  }
  if (template.trim() === '') throw invalid(`InputTemplate for target ${target} must not be empty.`);
  const pieces = piecesOf(template, (name, quoted) => {
    const path = paths.get(name);
    const value = path
      ? ({ event }: ShapedFrom) => valueAt(event, path)
      : Object.hasOwn(RESERVED, name)
        ? RESERVED[name]!
        : undefined;
    if (!value) throw invalid(`InputTemplate for target ${target} contains invalid placeholder ${name}.`);
    return { value, quoted };
  });
  const isText = template.trimStart().startsWith('"');
  return (from) => {
    const made = pieces.map((piece) => (typeof piece === 'string' ? piece : inserted(piece, from, isText))).join('');
    return isText || isJson(made) ? made : undefined;
  };
}

const RESERVED: Readonly<Record<string, (from: ShapedFrom) => unknown>> = {
  'aws.events.rule-arn': ({ ruleArn }) => ruleArn,
  'aws.events.rule-name': ({ ruleName }) => ruleName,
  'aws.events.event.ingestion-time': ({ ingested }) => ingested,
  'aws.events.event': ({ event }) => {
    const { detail: _detail, 'detail-type': detailType, ...rest } = event;
    return { ...rest, detailType };
  },
  'aws.events.event.json': ({ event }) => event,
};

/** Cuts a template at its placeholders, and notices which of them stand within quotes. */
function piecesOf(template: string, placeholder: (name: string, quoted: boolean) => Piece): readonly Piece[] {
  const pieces: Piece[] = [];
  let quoted = false;
  let from = 0;
  for (let at = 0; at < template.length; at++) {
    const character = template[at];
    if (character === '\\' && quoted) at++;
    else if (character === '"') quoted = !quoted;
    else if (character === '<') {
      const name = /^<([\w.-]+)>/.exec(template.slice(at, at + 300))?.[1];
      if (name === undefined) continue;
      pieces.push(template.slice(from, at), placeholder(name, quoted));
      at += name.length + 1;
      from = at + 1;
    }
  }
  return [...pieces, template.slice(from)];
}

/**
 * Within quotes the value's text, not escaped; objects and lists as JSON, in a template that is a text without their quotes. Outside of quotes
 * JSON. What is not there is nothing within quotes and an empty string outside.
 */
function inserted({ value, quoted }: Exclude<Piece, string>, from: ShapedFrom, isText: boolean): string {
  const found = value(from);
  if (!quoted) return found === undefined ? '""' : JSON.stringify(found);
  if (found === undefined) return '';
  if (typeof found === 'string') return found;
  return isText ? JSON.stringify(found).replaceAll('"', '') : JSON.stringify(found);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
