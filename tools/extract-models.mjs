/**
 * Extracts the models of AWS services into src/wire/models/*.json. Run by hand when the pinned packages change:
 *   node tools/extract-models.mjs [service …]
 * Schemas come from the SDK's own clients; lengths, ranges, patterns and enums, which those leave out, from the published service models
 * that the package @aws-cdk/asset-awscli-v1 carries. The format is described in src/wire/service-model.ts.
 */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import yauzl from 'yauzl';

const require = createRequire(import.meta.url);
const LAYER = 'node_modules/@aws-cdk/asset-awscli-v1/lib/layer.zip';
const OPERATION = 9;
const ERROR = -3;

/** service → [client package, published model]. */
const SERVICES = {
  lambda: ['lambda', 'lambda/2015-03-31'],
  s3: ['s3', 's3/2006-03-01'],
  iam: ['iam', 'iam/2010-05-08'],
  sts: ['sts', 'sts/2011-06-15'],
  logs: ['cloudwatch-logs', 'logs/2014-03-28'],
  sqs: ['sqs', 'sqs/2012-11-05'],
  sns: ['sns', 'sns/2010-03-31'],
  dynamodb: ['dynamodb', 'dynamodb/2012-08-10'],
  dynamodbstreams: ['dynamodb-streams', 'dynamodbstreams/2012-08-10'],
  kinesis: ['kinesis', 'kinesis/2013-12-02'],
  events: ['eventbridge', 'events/2015-10-07'],
  scheduler: ['scheduler', 'scheduler/2021-06-30'],
  monitoring: ['cloudwatch', 'cloudwatch/2010-08-01'],
  apigatewayv2: ['apigatewayv2', 'apigatewayv2/2018-11-29'],
  ssm: ['ssm', 'ssm/2014-11-06'],
  secretsmanager: ['secrets-manager', 'secretsmanager/2017-10-17'],
  cloudformation: ['cloudformation', 'cloudformation/2010-05-15'],
  ecr: ['ecr', 'ecr/2015-09-21'],
};

/** Reads the named files out of a zip. */
function readZip(path, wanted) {
  return new Promise((resolve, reject) => {
    const found = new Map();
    yauzl.open(path, { lazyEntries: true }, (error, zip) => {
      if (error) return reject(error);
      zip.on('error', reject);
      zip.on('end', () => resolve(found));
      zip.on('entry', (entry) => {
        if (!wanted(entry.fileName)) return zip.readEntry();
        zip.openReadStream(entry, async (failed, stream) => {
          if (failed) return reject(failed);
          const chunks = [];
          for await (const chunk of stream) chunks.push(chunk);
          found.set(entry.fileName, JSON.parse(Buffer.concat(chunks).toString()));
          zip.readEntry();
        });
      });
      zip.readEntry();
    });
  });
}

/** The graph of schemas as a table: a reference to a table row n is the number -(n + 1). */
function flatten(module, namespace) {
  const ids = new Map();
  const table = [];
  const ref = (schema) => {
    let given = schema;
    while (typeof given === 'function') given = given();
    if (typeof given === 'number' || typeof given === 'string') return given;
    if (given.length === 2) return [ref(given[0]), given[1]];
    if (ids.has(given)) return -(ids.get(given) + 1);
    const id = table.length;
    ids.set(given, id);
    table.push(null);
    const [kind, space, name, traits] = given;
    const row = [kind, space === namespace ? 0 : space, name, traits];
    if (kind === 0 || kind === 1) row.push(ref(given[4]));
    else if (kind === 2 || kind === OPERATION) row.push(ref(given[4]), ref(given[5]));
    else row.push(given[4], given[5].map(ref), ...(given[6] ? [given[6]] : []));
    table[id] = row;
    return -(id + 1);
  };
  const rows = (kind) =>
    Object.fromEntries(
      Object.values(module)
        .filter((value) => Array.isArray(value) && value[0] === kind)
        .map((value) => [value[2], -ref(value) - 1]),
    );
  return { operations: rows(OPERATION), errors: rows(ERROR), table };
}

/** Walks schema and published model side by side and notes the constraints of every member that an input can hold. */
function gatherRules(published, flat) {
  const { shapes } = published;
  const rules = [];
  const ruleIds = new Map();
  const members = {};
  const unknown = [];
  const rowOf = (schema) => {
    const target = Array.isArray(schema) ? schema[0] : schema;
    if (typeof target !== 'number' || target >= 0) return undefined;
    const id = -target - 1;
    return flat.table[id][0] === 0 ? rowOf(flat.table[id][4]) : id;
  };
  const visit = (schema, shapeName) => {
    const shape = shapes[shapeName];
    const id = rowOf(schema);
    const row = id === undefined ? undefined : flat.table[id];
    const rule = {};
    for (const key of ['min', 'max', 'pattern', 'enum']) if (shape[key] !== undefined) rule[key] = shape[key];
    if (shape.type === 'list') rule.e = visit(row ? row[4] : 0, shape.member.shape);
    if (shape.type === 'map') {
      rule.k = visit(0, shape.key.shape);
      rule.v = visit(row ? row[5] : 0, shape.value.shape);
    }
    if (shape.type === 'structure') visitStruct(id, shapeName);
    for (const key of Object.keys(rule)) if (rule[key] === undefined) delete rule[key];
    if (Object.keys(rule).length === 0 || shape.streaming) return undefined;
    const text = JSON.stringify(rule);
    if (!ruleIds.has(text)) ruleIds.set(text, rules.push(rule) - 1);
    return ruleIds.get(text);
  };
  const visitStruct = (id, shapeName) => {
    if (id === undefined || members[id]) return;
    const own = {};
    members[id] = own;
    const [, , name, , names, types] = flat.table[id];
    for (const [index, member] of names.entries()) {
      const target = shapes[shapeName].members[member];
      const rule = target && visit(types[index], target.shape);
      if (!target) unknown.push(`${name}.${member}`);
      if (rule !== undefined) own[member] = rule;
    }
  };
  for (const [name, id] of Object.entries(flat.operations)) {
    const operation = published.operations[name];
    const input = rowOf(flat.table[id][4]);
    if (!operation) unknown.push(`${name}()`);
    else if (operation.input && input !== undefined) visitStruct(input, operation.input.shape);
  }
  for (const id of Object.keys(members)) if (Object.keys(members[id]).length === 0) delete members[id];
  return { rules, members, unknown };
}

async function extract(service) {
  const [client, path] = SERVICES[service];
  const module = require(`@aws-sdk/client-${client}`);
  const Client = module[Object.keys(module).find((key) => /^[A-Z]\w*Client$/.test(key))];
  const { config } = new Client({ region: 'us-east-1', credentials: { accessKeyId: 'x', secretAccessKey: 'x' } });
  const settings = config.protocolSettings;
  const file = `awscli/awscli/botocore/data/${path}/service-2.json`;
  const published = (await readZip(LAYER, (name) => name === file)).get(file);
  const flat = flatten(module, settings.defaultNamespace);
  const { rules, members, unknown } = gatherRules(published, flat);
  const checksumRequired = Object.entries(published.operations)
    .filter(
      ([name, o]) => flat.operations[name] !== undefined && (o.httpChecksumRequired || o.httpChecksum?.requestChecksumRequired),
    )
    .map(([name]) => name);
  const model = {
    service,
    version: settings.version,
    namespace: settings.defaultNamespace,
    xmlNamespace: published.metadata.xmlNamespace ?? settings.xmlNamespace,
    target: published.metadata.targetPrefix ?? settings.serviceTarget,
    protocol: config.protocol.getShapeId(),
    queryCompatible: Boolean(settings.awsQueryCompatible),
    ...flat,
    rules,
    members,
    checksumRequired,
  };
  const text = JSON.stringify(model);
  writeFileSync(`src/wire/models/${service}.json`, `${text}\n`);
  console.log(`${service}: ${Object.keys(flat.operations).length} operations, ${text.length} bytes, ${rules.length} rules`);
  if (unknown.length > 0)
    console.log(`  without constraints, newer than the published model: ${unknown.length}: ${unknown.slice(0, 8).join(' ')}`);
}

const named = process.argv.slice(2);
for (const service of named.length > 0 ? named : Object.keys(SERVICES)) await extract(service);
