/** Writes the table of routes as an OpenAPI 3.1 document. */
import { z } from 'zod';
import { problemAnswer } from './answer-shapes.ts';
import type { Route } from './route.ts';

type Json = Readonly<Record<string, unknown>>;

/** The document. Shapes that have a name are written once, under `components`. */
export function openApiDocument(routes: readonly Route[]): Json {
  const schemas: Record<string, unknown> = {};
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    const methods = (paths[route.path] ??= {});
    methods[route.method] = operationOf(route, schemas);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Drey', version: '1', description: 'Runs Apache Flink jobs on Kubernetes.' },
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).toSorted(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
  };
}

function operationOf(route: Route, schemas: Record<string, unknown>): Json {
  const body = route.bodyShown ?? route.body;
  const schema = body && schemaOf(body, 'input', schemas);
  return {
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    ...(route.role === 'public' ? {} : { security: [{ token: [] }], 'x-drey-role': route.role }),
    parameters: [
      ...parametersOf(route.params, 'path'),
      ...parametersOf(route.query, 'query'),
      ...(route.headers ?? []).map((header) => ({ ...header, in: 'header', schema: { type: 'string' } })),
    ],
    ...(schema
      ? {
          requestBody: {
            required: !mayBeLeftOut(route),
            content: { 'application/json': { schema }, 'application/yaml': { schema } },
          },
        }
      : {}),
    responses: responsesOf(route, schemas),
  };
}

/** Some words need a body all the same: there is nothing that they do without. */
function mayBeLeftOut({ body, bodyOptional = false }: Route): boolean {
  return bodyOptional && body?.safeParse({}).success === true;
}

function parametersOf(schema: z.ZodType | undefined, place: 'path' | 'query'): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: keepDefault,
  });
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = typeof property === 'boolean' ? {} : property;
    return {
      name,
      in: place,
      ...(description === undefined ? {} : { description }),
      ...(required.includes(name) ? { required: true } : {}),
      schema: rest,
    };
  });
}

/** Zod leaves the default out of what is made of a text first, as numbers are. */
function keepDefault({
  zodSchema,
  jsonSchema,
}: Parameters<NonNullable<z.core.ToJSONSchemaParams['override']>>[0]): void {
  if (zodSchema instanceof z.ZodDefault) jsonSchema.default = z.json().parse(zodSchema.def.defaultValue);
}

function responsesOf(route: Route, schemas: Record<string, unknown>): Json {
  const good = Object.entries(route.answers).map(([status, { description, schema }]) => {
    const content = schema && { 'application/json': { schema: schemaOf(schema, 'output', schemas) } };
    return [status, content ? { description, content } : { description }];
  });
  const problem = { 'application/problem+json': { schema: schemaOf(problemAnswer, 'output', schemas) } };
  return { ...Object.fromEntries(good), default: { description: 'A problem, with its cure', content: problem } };
}

/** A JSON Schema whose named parts have moved to `schemas`. What people write may leave out what answers always hold. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', schemas: Record<string, unknown>): Json {
  const suffix = io === 'input' ? 'Input' : '';
  const refOf = (name: string) => `#/components/schemas/${name}${suffix}`;
  const { $schema: _, $defs = {}, ...own } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  const name = schema.meta()?.id;
  for (const [id, part] of Object.entries($defs)) schemas[`${id}${suffix}`] = moveRefs(part, refOf);
  if (name === undefined) return moveRefs(own, refOf);
  // Zod gives one with a name as a reference to itself, and its parts beside it.
  if (!(name in $defs)) schemas[`${name}${suffix}`] = moveRefs(own, refOf);
  return { $ref: refOf(name) };
}

/** `#/$defs/X` becomes a reference into the document's components; the `id` that zod adds to named parts goes, a field `id` stays. */
function moveRefs(value: Json, refOf: (name: string) => string): Json {
  const text = JSON.stringify(value, (key, part: unknown) => {
    if (key === 'id' && typeof part === 'string') return undefined;
    if (key === '$ref' && typeof part === 'string') return refOf(part.replace('#/$defs/', ''));
    return part;
  });
  // A JSON object stays one.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return JSON.parse(text) as Json;
}
