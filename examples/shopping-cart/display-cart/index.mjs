// GET /: the page. GET /cart/{id}: what is in a cart, for the page, which asks again and again with the version that it has.
import fs from 'node:fs';
import { DynamoDBClient, GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { products } from '../products.mjs';

const dynamodb = new DynamoDBClient();
const TableName = process.env.TABLE;
const page = fs.readFileSync(new URL('page.html', import.meta.url), 'utf8').replace('{/* products */}', JSON.stringify(products));

export const handler = async ({ routeKey, pathParameters, headers }) => {
  if (routeKey === 'GET /') return reply(200, { 'content-type': 'text/html; charset=utf-8' }, page);
  const { id } = pathParameters;
  const known = headers['if-none-match'];
  // Most questions change nothing: they cost the reading of one item.
  if (known && known === (await versionOf(id))) return reply(304, { etag: known });
  const { etag, ...cart } = await contentOf(id);
  return reply(200, { 'content-type': 'application/json', etag }, JSON.stringify(cart));
};

const reply = (statusCode, headers, body) => ({ statusCode, headers: { 'cache-control': 'no-store', ...headers }, body });

const etagOf = (status) => `"${status?.version.N ?? 0}"`;

async function versionOf(cart) {
  const Key = { cart: { S: cart }, entry: { S: 'status' } };
  return etagOf((await dynamodb.send(new GetItemCommand({ TableName, Key, ProjectionExpression: 'version' }))).Item);
}

async function contentOf(cart) {
  const query = { KeyConditionExpression: 'cart = :cart', ExpressionAttributeValues: { ':cart': { S: cart } } };
  const { Items } = await dynamodb.send(new QueryCommand({ TableName, ...query }));
  const status = Items.find(({ entry }) => entry.S === 'status');
  const items = Items.filter(({ entry, quantity }) => entry.S.startsWith('item#') && quantity.N !== '0');
  return {
    etag: etagOf(status),
    count: Number(status?.pieces.N ?? 0),
    total: Number(status?.amount.N ?? 0),
    items: items.map(({ entry, title, price, quantity }) => ({
      sku: entry.S.slice('item#'.length),
      title: title.S,
      price: Number(price.N),
      quantity: Number(quantity.N),
    })),
  };
}
