// POST /cart/{id}/items { sku, quantity }: puts products into a cart, or takes them out where the quantity is negative.
import { DynamoDBClient, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { products } from '../products.mjs';

const dynamodb = new DynamoDBClient();

export const handler = async (event) => {
  const { id } = event.pathParameters;
  const { sku, quantity } = read(event);
  if (!/^[\w-]{1,64}$/.test(id)) return reply(400, 'a cart is named by up to 64 letters, digits and dashes');
  if (!Object.hasOwn(products, sku)) return reply(400, 'there is no such product');
  if (!Number.isInteger(quantity) || quantity === 0 || Math.abs(quantity) > 99) return reply(400, 'a quantity is -99 to 99');
  const { title, price } = products[sku];
  const Update = {
    TableName: process.env.TABLE,
    Key: { cart: { S: id }, entry: { S: `item#${sku}` } },
    // The revision only ever grows: cart-status tells by it which state of a cart is the newer one.
    UpdateExpression: 'ADD quantity :quantity, revision :one SET title = :title, price = :price',
    ExpressionAttributeValues: {
      ':quantity': { N: `${quantity}` },
      ':one': { N: '1' },
      ':title': { S: title },
      ':price': { N: `${price}` },
    },
  };
  if (quantity < 0) {
    Update.ConditionExpression = 'quantity >= :least';
    Update.ExpressionAttributeValues[':least'] = { N: `${-quantity}` };
  }
  try {
    // The token makes a request that is sent again, by the SDK or by the page, count once.
    const ClientRequestToken = event.headers['idempotency-key'] ?? event.requestContext.requestId;
    await dynamodb.send(new TransactWriteItemsCommand({ ClientRequestToken, TransactItems: [{ Update }] }));
  } catch (error) {
    if (error.CancellationReasons?.[0].Code !== 'ConditionalCheckFailed') throw error;
    return reply(409, 'there are not so many in the cart');
  }
  return reply(202, 'accepted');
};

function read({ body = '', isBase64Encoded }) {
  try {
    return JSON.parse(isBase64Encoded ? Buffer.from(body, 'base64') : body) ?? {};
  } catch {
    return {};
  }
}

const reply = (statusCode, message) => ({
  statusCode,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ message }),
});
