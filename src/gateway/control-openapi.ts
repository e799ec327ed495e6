import { z } from 'zod';
import { type ControlRoute, controlAccess, controlRoute, placeParameters } from '../model/index.ts';

type JsonObject = Record<string, unknown>;

/** `GET /openapi.json`: the control API as an OpenAPI 3.1 document, made of the schemas that its routes are read by. all: with this one. */
export function openApiRoute(all: () => readonly ControlRoute[], version: string): ControlRoute {
  let made: JsonObject | undefined;
  return controlRoute({
    method: 'GET',
    path: '/openapi.json',
    summary: 'this API as an OpenAPI 3.1 document',
    answer: z.looseObject({ openapi: z.string() }),
    handle: async () => {
      made ??= openApiDocument(all(), version);
      return made as { openapi: string };
    },
  });
}

/** https://spec.openapis.org/oas/v3.1.1.html. `x-role` is what the caller must be, `x-role-on` where (docs/control-api.md). */
function openApiDocument(routes: readonly ControlRoute[], version: string): JsonObject {
  const schemas: JsonObject = { Error: errorSchema };
  const paths: Record<string, JsonObject> = {};
  const sorted = [...routes].sort((a, b) => (a.path < b.path ? -1 : 1));
  for (const route of sorted) {
    const path = route.path.replace(/:([^/]+)/g, '{$1}');
    paths[path] ??= {};
    paths[path][route.method.toLowerCase()] = operationOf(route, schemas);
  }
  return {
    openapi: '3.1.1',
    info: { title: 'dalamb control API', version, description: 'docs/control-api.md says how versions, tokens and errors work.' },
    servers: [{ url: '/_dalamb/api/v1' }],
    security: [{ token: [] }],
    tags: [...new Set(sorted.map(tagOf))].map((name) => ({ name })),
    paths,
    components: {
      schemas,
      parameters: Object.fromEntries(placeParameters.map((name) => [name, { name, in: 'query', ...placeTexts[name]! }])),
      responses: {
        Error: { description: 'it was refused, or it failed', content: json({ $ref: '#/components/schemas/Error' }) },
      },
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'dalamb tokens:create, dalamb keys create' } },
    },
  };
}

const placeTexts: Readonly<Record<string, JsonObject>> = {
  account: { description: 'account that it is about', schema: { type: 'string', pattern: '^\\d{12}$' } },
  env: { description: 'environment that it is about, instead of account: its name or 12 digits', schema: { type: 'string' } },
  region: { description: 'region that it is about', schema: { type: 'string', default: 'us-east-1' } },
};

const errorSchema = {
  type: 'object',
  required: ['error', 'requestId'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message'],
      properties: {
        code: { type: 'string', description: 'stable; docs/errors.md lists those of the platform' },
        message: { type: 'string' },
        next: { type: 'string', description: 'what to do about it' },
      },
    },
    requestId: { type: 'string' },
  },
};

function operationOf(route: ControlRoute, schemas: JsonObject): JsonObject {
  const { role, on } = controlAccess(route);
  const body = bodyOf(route, schemas);
  return {
    operationId: operationId(route),
    summary: route.summary,
    tags: [tagOf(route)],
    'x-role': role,
    'x-role-on': on,
    parameters: parametersOf(route, schemas),
    ...(body && { requestBody: body }),
    responses: { ...successOf(route, schemas), default: { $ref: '#/components/responses/Error' } },
  };
}

function parametersOf({ path, upgrades, described }: ControlRoute, schemas: JsonObject): JsonObject[] {
  const shapeOf = ({ shape }: z.ZodObject) => Object.entries(shape) as [string, z.ZodType][];
  const formed = new Map(shapeOf(described.params));
  const names = [...path.matchAll(/:([^/]+)/g)].map(([, name]) => name!);
  const asked = shapeOf(described.query).map(([name, schema]) => ({
    name,
    in: 'query',
    ...(schema.safeParse(undefined).success ? {} : { required: true }),
    ...told(schemaOf(schema, schemas)),
  }));
  const shared = placeParameters.filter((name) => !asked.some((one) => one.name === name));
  return [
    ...names.map((name) => ({
      ...{ name, in: 'path', required: true },
      ...told(schemaOf(formed.get(name) ?? z.string().min(1), schemas)),
    })),
    ...asked,
    ...shared.map((name) => ({ $ref: `#/components/parameters/${name}` })),
    ...(upgrades ? [{ name: 'Upgrade', in: 'header', required: true, schema: { const: 'tcp' } }] : []),
  ];
}

/** A parameter's description stands beside its schema. */
function told({ description, ...schema }: JsonObject): JsonObject {
  return { ...(description === undefined ? {} : { description }), schema };
}

function bodyOf({ described: { body, contents } }: ControlRoute, schemas: JsonObject): JsonObject | undefined {
  if (contents.length > 0) return { content: Object.fromEntries(contents.map((type) => [type, {}])) };
  if (body === undefined || (body instanceof z.ZodObject && Object.keys(body.shape).length === 0)) return undefined;
  return { required: !body.safeParse({}).success, content: json(schemaOf(body, schemas)) };
}

function successOf({ described, upgrades }: ControlRoute, schemas: JsonObject): JsonObject {
  if (upgrades) return { '101': { description: 'the connection is joined' } };
  return { '200': { description: 'done', content: json(answerOf(described.answer, schemas)) } };
}

const json = (schema: JsonObject) => ({ 'application/json': { schema } });

/** Further members may come within a version: nobody is told that there are none. */
function answerOf(schema: z.ZodType, schemas: JsonObject): JsonObject {
  return schemaOf(schema, schemas, ({ jsonSchema }) => {
    if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
  });
}

/** As JSON schema; what has a name goes to the document's own. */
function schemaOf(
  schema: z.ZodType,
  schemas: JsonObject,
  override: (context: { jsonSchema: z.core.JSONSchema.BaseSchema }) => void = () => {},
): JsonObject {
  const { $schema: _, ...made } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', override }) as JsonObject;
  const { $defs = {}, ...rest } = JSON.parse(
    JSON.stringify(made).replaceAll('"#/$defs/', '"#/components/schemas/'),
  ) as JsonObject;
  Object.assign(schemas, $defs);
  return rest;
}

const tagOf = ({ path }: ControlRoute) => path.split('/')[1]!.replace(/\..*/, '');

/** `GET /apps/:app/releases/:number` → `getAppRelease`. */
function operationId({ method, path }: ControlRoute): string {
  const parts = path.split('/').slice(1);
  const words = parts.flatMap((part, i) => (part.startsWith(':') ? [] : [parts[i + 1]?.startsWith(':') ? singular(part) : part]));
  return [
    method.toLowerCase(),
    ...words.flatMap((word) => word.split(/\W/)).map((word) => word[0]!.toUpperCase() + word.slice(1)),
  ].join('');
}

const singular = (word: string) => word.replace(/ies$/, 'y').replace(/s$/, '');
