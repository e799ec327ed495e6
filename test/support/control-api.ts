import assert from 'node:assert/strict';
import { z } from 'zod';

type Json = Readonly<Record<string, unknown>>;

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, { readonly content?: { readonly 'application/json': { readonly schema: Json } } }>>;
}

export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Json };
}

/** The control API of a server as its own document tells it: an answer that is not as described fails the test. */
export interface ControlApi {
  readonly document: Document;
  /** Operations that answered so far, by their ids. */
  readonly called: ReadonlySet<string>;
  /** `GET /apps/shop?env=dev`. Rejects with an assertion unless it answers 200. */
  ask<Answer>(line: string, body?: unknown): Promise<Answer>;
}

export async function openControlApi(url: string): Promise<ControlApi> {
  const document = (await (await fetch(`${url}/_dalamb/api/v1/openapi.json`)).json()) as Document;
  const called = new Set<string>();
  return {
    document,
    called,
    async ask(line, body) {
      const [method = '', path = ''] = line.split(' ');
      const content = body instanceof Uint8Array ? 'application/x-tar' : 'application/json';
      const response = await fetch(`${url}/_dalamb/api/v1${path}`, {
        method,
        ...(body !== undefined && {
          body: body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body),
          headers: { 'content-type': content },
        }),
      });
      const answer = await response.json();
      assert.equal(response.status, 200, `${line} ${JSON.stringify(answer)}`);
      const operation = operationAt(document, method.toLowerCase(), path.replace(/\?.*/, ''));
      checkAgainst(document, operation.responses['200']!.content!['application/json'].schema, answer, line);
      called.add(operation.operationId);
      return answer as never;
    },
  };
}

function operationAt({ paths }: Document, method: string, path: string): Operation {
  const parts = path.split('/');
  const fits = (template: string) => {
    const wanted = template.split('/');
    return wanted.length === parts.length && wanted.every((part, i) => part === parts[i] || (part[0] === '{' && parts[i] !== ''));
  };
  const found = Object.keys(paths)
    .filter((template) => fits(template) && paths[template]![method])
    .sort((a, b) => a.split('{').length - b.split('{').length)[0];
  assert.ok(found, `the document has no ${method} ${path}`);
  return paths[found]![method]!;
}

function checkAgainst({ components }: Document, schema: Json, answer: unknown, line: string): void {
  const text = JSON.stringify({ ...schema, $defs: components.schemas }).replaceAll('#/components/schemas/', '#/$defs/');
  const parsed = z.fromJSONSchema(closed(JSON.parse(text)) as z.core.JSONSchema.JSONSchema).safeParse(answer);
  if (!parsed.success) assert.fail(`${line}: ${z.prettifyError(parsed.error)}\n${JSON.stringify(answer)}`);
}

/** With no other members than those described: a client may get more, a test wants to know. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, closed(value)]));
  const object = 'type' in schema && schema.type === 'object' && 'properties' in schema;
  return object && !('additionalProperties' in schema) ? { ...inner, additionalProperties: false } : inner;
}
