import { apigateway, ifThere } from './clients.mjs';
import { permit } from './function.mjs';

/** An HTTP API: an ARN of a function for each route, such as `GET /cart/{id}`. Resolves to its address. */
export async function deployApi(title, routes) {
  const Body = JSON.stringify({ openapi: '3.0.1', info: { title, version: '1' }, paths: pathsOf(routes) });
  const known = await find(title);
  const { ApiId, ApiEndpoint } = known
    ? await apigateway.reimportApi({ ApiId: known.ApiId, Body })
    : await apigateway.importApi({ Body });
  const { Items: stages } = await apigateway.getStages({ ApiId });
  if (stages.length === 0) await apigateway.createStage({ ApiId, StageName: '$default', AutoDeploy: true });
  for (const arn of new Set(Object.values(routes))) {
    const [, partition, , region, account] = arn.split(':');
    await permit(arn, 'apigateway', `arn:${partition}:execute-api:${region}:${account}:${ApiId}/*`);
  }
  return ApiEndpoint;
}

export async function removeApi(title) {
  const known = await find(title);
  if (known) await ifThere(apigateway.deleteApi({ ApiId: known.ApiId }));
}

async function find(title) {
  let NextToken;
  do {
    const page = await apigateway.getApis({ NextToken });
    const found = page.Items.find(({ Name }) => Name === title);
    if (found) return found;
    NextToken = page.NextToken;
  } while (NextToken);
}

function pathsOf(routes) {
  const paths = {};
  for (const [route, uri] of Object.entries(routes)) {
    const [method, path] = route.split(' ');
    const integration = { type: 'aws_proxy', httpMethod: 'POST', payloadFormatVersion: '2.0', uri };
    paths[path] = { ...paths[path], [method.toLowerCase()]: { 'x-amazon-apigateway-integration': integration } };
  }
  return paths;
}
