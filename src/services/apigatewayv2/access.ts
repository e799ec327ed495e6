import { type AccessRequest, nestsTooDeep, type ServiceTable } from '../../model/index.ts';

/** API Gateway's actions are the HTTP methods of its own API, its resources are the paths (AWS service authorization reference). */
export const accessOf: ServiceTable['access'] = (operation, input, context) => {
  const resource = `arn:aws:apigateway:${context.region}::${pathOf(operation, input)}`;
  const own = { action: `apigateway:${methodOf(operation)}`, resource, context: tagConditions(input) };
  const tags = /^Create(?:Api|Stage)$/.test(operation) && Object.keys((input.Tags as object | undefined) ?? {}).length > 0;
  return [own, ...(tags ? [{ ...own, action: 'apigateway:TagResource' }] : []), ...passedRoles(input)];
};

/** Roles that API Gateway is handed, in members or in a definition that is imported. */
function passedRoles(input: Input): readonly AccessRequest[] {
  const imported = typeof input.Body === 'string' ? rolesIn(input.Body) : [];
  return [input.CredentialsArn, input.AuthorizerCredentialsArn, ...imported].flatMap((role) =>
    typeof role === 'string' && role !== ''
      ? [{ action: 'iam:PassRole', resource: role, context: { 'iam:passedtoservice': 'apigateway.amazonaws.com' } }]
      : [],
  );
}

/** What stands as a role's ARN where definitions have roles; one too many is asked for rather than one too few. */
function rolesIn(definition: string): readonly string[] {
  const roles = new Set<string>();
  if (nestsTooDeep(definition)) return [];
  try {
    JSON.parse(definition, (name, value) => {
      if (/^(?:credentials|authorizerCredentials)$/.test(name) && typeof value === 'string' && value.startsWith('arn:'))
        roles.add(value);
    });
  } catch {
    // The operation says what is wrong with it.
  }
  return [...roles];
}

function methodOf(operation: string): string {
  if (operation === 'ImportApi' || operation === 'ReimportApi') return 'PUT';
  if (operation === 'TagResource') return 'POST';
  if (/^(?:Delete|Untag|Reset)/.test(operation)) return 'DELETE';
  if (operation.startsWith('Create')) return 'POST';
  return operation.startsWith('Update') ? 'PATCH' : 'GET';
}

type Input = Readonly<Record<string, unknown>>;

/** Below `/apis/ID`, in the order of the path; the name of a part's collection and the member that names one. */
const PARTS: readonly (readonly [of: RegExp, path: string, id: string])[] = [
  [/RouteRequestParameter/, 'routes', 'RouteId'],
  [/RouteResponses?$/, 'routes', 'RouteId'],
  [/IntegrationResponses?$/, 'integrations', 'IntegrationId'],
  [/RouteSettings|AccessLogSettings|AuthorizersCache|Stages?$/, 'stages', 'StageName'],
  [/Routes?$/, 'routes', 'RouteId'],
  [/Integrations?$/, 'integrations', 'IntegrationId'],
  [/Authorizers?$/, 'authorizers', 'AuthorizerId'],
  [/Deployments?$/, 'deployments', 'DeploymentId'],
  [/Models?$|ModelTemplate$/, 'models', 'ModelId'],
];

function pathOf(operation: string, input: Input): string {
  if (typeof input.ResourceArn === 'string') return `/tags/${encodeURIComponent(input.ResourceArn)}`;
  if (/DomainNames?$|ApiMappings?$/.test(operation)) return `/domainnames${input.DomainName ? `/${input.DomainName}` : ''}`;
  if (/VpcLinks?$/.test(operation)) return `/vpclinks${input.VpcLinkId ? `/${input.VpcLinkId}` : ''}`;
  if (typeof input.ApiId !== 'string') return '/apis';
  const api = `/apis/${input.ApiId}`;
  const [, path, id] = PARTS.find(([of]) => of.test(operation)) ?? [];
  if (operation === 'ExportApi') return `${api}/exports/${input.Specification}`;
  if (path === undefined) return operation === 'DeleteCorsConfiguration' ? `${api}/cors` : api;
  const one = operation.startsWith('Create') ? undefined : input[id!];
  return one === undefined ? `${api}/${path}` : `${api}/${path}/${one}`;
}

function tagConditions(input: Input): Readonly<Record<string, string | readonly string[]>> {
  const tags = Object.entries((input.Tags as Readonly<Record<string, string>> | undefined) ?? {});
  if (tags.length === 0) return {};
  const values = tags.map(([key, value]): [string, string] => [`aws:requesttag/${key.toLowerCase()}`, value]);
  return { ...Object.fromEntries(values), 'aws:tagkeys': tags.map(([key]) => key) };
}
